"""source → article: read feeds and pages, safely and politely, and store each article once."""
