"""Work done beside the requests: a row is the job, a message is only its bell.

`models` says what a job is, `lifecycle` takes it from state to state, `worker` does
one, and `wakeup` rings for it.
"""
