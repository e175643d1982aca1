"""How errors are logged that a template has met: Django's own traceback names no template."""
import linecache
import logging
import os
import traceback


def _met(trace, error):
    """Where a template was at work last, as a path and a line of it; None where none was."""
    found = None
    while trace:
        frame, trace = trace.tb_frame, trace.tb_next
        if frame.f_code.co_name not in ('compile_nodelist', 'render_annotated'):
            continue
        at = frame.f_locals.get('self')
        path = getattr(getattr(at, 'origin', None), 'name', None)
        token = getattr(at, 'token', None) or getattr(error, 'token', None)
        if path and os.path.isabs(str(path)):
            found = str(path), getattr(token, 'lineno', None) or 1
    return found


class Formatter(logging.Formatter):
    """Has the template among the lines of a traceback, as the last of them."""

    def formatException(self, info):
        text = logging.Formatter.formatException(self, info)
        end = ''.join(traceback.format_exception_only(info[0], info[1])).rstrip('\n')
        met = _met(info[2], info[1])
        if not met or not text.endswith('\n' + end):
            return text
        line = linecache.getline(*met).strip()[:200]
        return '%s  File "%s", line %s, in template\n    %s\n%s' % ((text[:-len(end)],) + met + (line or '(it can not be read)', end))
