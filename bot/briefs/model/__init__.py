"""Briefs written and translated by a language model; without one, or when it fails, the extracted brief stands.

`prompt` says what is asked, `answer` what may come back, `reading` what of that reaches a reader; `client` calls the
model, `asking` within a budget and with patience; `writer` is the job. Only `client` knows the model library, and
imports it when it is first asked.
"""
