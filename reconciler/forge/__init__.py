"""GitHub and GitLab, as far as a plan in a pull request and an audit in an issue need them. Shell: HTTP alone.

place    which forge, which project, which pull request: from the variables of a pipeline (pure)
markers  the hidden line by which we find our own posts again (pure)
posts    what each is asked, and the posts that it answers with
client   requests with their retries; the token goes to the forge's origin and is shown nowhere
github, gitlab    the same few questions, put to each
upsert   one post of a kind: made, brought up to date, or left as it is
"""
