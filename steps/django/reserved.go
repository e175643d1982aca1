package django

import "strings"

// pythonNames are names that Python or Django has for something else: a package of that name would
// be refused by startproject, or would hide what Django needs.
var pythonNames = strings.Fields(keywords + sitePackages + standardLibrary)

// keywords are Python's, and its soft ones.
const keywords = `
	false none true and as assert async await break class continue def del elif else except finally for from global if
	import in is lambda nonlocal not or pass raise return try while with yield match case type `

// sitePackages are what a site's environment holds.
const sitePackages = `
	django tests asgiref sqlparse gunicorn packaging psycopg psycopg2 setproctitle typing_extensions tzdata pytz pip
	setuptools pkg_resources wheel virtualenv activate `

// standardLibrary are the modules of Python 3.8 to 3.14.
const standardLibrary = `
	test abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii
	binhex bisect builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall
	compression concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime
	dbm decimal difflib dis distutils doctest dummy_threading email encodings ensurepip enum errno faulthandler fcntl
	filecmp fileinput fnmatch formatter fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib
	grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json
	keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt
	multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev parser
	pathlib pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd
	py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched
	secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3
	sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol symtable
	sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit tkinter token
	tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu uuid
	venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib
	zoneinfo `

// python2Names are those that Python 2.7 has besides: words that a project for Python 3 may use.
var python2Names = strings.Fields(`
	exec print anydbm audiodev bsddb commands compiler cookielib copy_reg dbhash dircache dumbdbm dummy_thread exceptions fpformat
	future_builtins hotshot htmlentitydefs htmllib httplib ihooks imputil linuxaudiodev macpath macurl2path markupbase
	md5 mhlib mimetools mimify multifile mutex new os2emxpath popen2 posixfile repr rexec rfc822 robotparser sets
	sgmllib sha sre statvfs stringold strop sunaudio thread toaiff urllib2 urlparse user whichdb xmllib xmlrpclib`)
