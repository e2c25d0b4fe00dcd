"""Work done beside the requests: a row is the job, a message is only its bell.

`models` says what a job is, `life` takes it from state to state, `work` does one, and
`doorbell` rings for it.
"""
