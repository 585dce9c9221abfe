"""What text is made of, for every part of the way: words, sentences, languages, addresses, markup."""
