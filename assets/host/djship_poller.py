"""
Keeps supervisord from asking without pause. Loaded by djship_poller.pth whenever the Python of djship's tools starts, which must never fail.

The number of a file that has been closed can be that of the next one before supervisor's poller has noticed. Where that one is the
stdin of a program that has closed its end, poll() reports an error and nothing else, at once and each time; supervisor 4.3.0 and
earlier look at what can be read or written only (supervisor/poller.py, PollPoller.poll), and so never drop it.
"""


def drop_errors(poller):
    """Has a class of pollers take what only an error is reported of off its list, as what is not open. What is still in use is put back on it at the next turn."""
    import select

    ignore_invalid = poller._ignore_invalid

    def ignore(self, fd, events):
        if events & select.POLLERR and not events & (self.READ | self.WRITE):
            events |= select.POLLNVAL
        return ignore_invalid(self, fd, events)

    poller._ignore_invalid = ignore


try:
    from supervisor.poller import PollPoller
    drop_errors(PollPoller)
except (ImportError, AttributeError):
    pass # another supervisor, which may need none of it
