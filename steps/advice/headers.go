package advice

import (
	"regexp"
	"strings"

	"djship/steps/model"
)

// headers are the packages of Debian and Ubuntu that have what C and C++ code asks for: files of headers, or all in a folder.
var headers = map[string]string{
	"ldap.h": "libldap2-dev", "lber.h": "libldap2-dev", "sasl/": "libsasl2-dev", "ffi.h": "libffi-dev", "libxml/": "libxml2-dev", "libxslt/": "libxslt1-dev", "libexslt/": "libxslt1-dev",
	"xmlsec/": "libxmlsec1-dev", "jpeglib.h": "libjpeg-dev", "zlib.h": "zlib1g-dev", "bzlib.h": "libbz2-dev", "lzma.h": "liblzma-dev", "mysql.h": "default-libmysqlclient-dev", "mysql/": "default-libmysqlclient-dev",
	"gdal.h": "libgdal-dev", "gdal/": "libgdal-dev", "geos_c.h": "libgeos-dev", "proj.h": "libproj-dev", "cairo.h": "libcairo2-dev", "cairo/": "libcairo2-dev", "openssl/": "libssl-dev",
	"curl/": "libcurl4-openssl-dev", "librdkafka/": "librdkafka-dev", "libmemcached/": "libmemcached-dev", "sqlite3.h": "libsqlite3-dev", "ft2build.h": "libfreetype-dev", "yaml.h": "libyaml-dev",
	"snappy.h": "libsnappy-dev", "snappy-c.h": "libsnappy-dev", "cups/": "libcups2-dev", "gssapi/": "libkrb5-dev", "krb5.h": "libkrb5-dev", "sodium.h": "libsodium-dev", "gmp.h": "libgmp-dev", "mpfr.h": "libmpfr-dev",
	"re2/": "libre2-dev", "unicode/": "libicu-dev", "sql.h": "unixodbc-dev", "sqltypes.h": "unixodbc-dev", "sybdb.h": "freetds-dev", "magic.h": "libmagic-dev", "pcre.h": "libpcre3-dev", "png.h": "libpng-dev",
	"tiffio.h": "libtiff-dev", "webp/": "libwebp-dev", "lcms2.h": "liblcms2-dev", "hdf5.h": "libhdf5-dev", "leveldb/": "libleveldb-dev", "event.h": "libevent-dev", "ev.h": "libev-dev", "augeas.h": "libaugeas-dev",
	"systemd/": "libsystemd-dev", "libvirt/": "libvirt-dev", "dbus/": "libdbus-1-dev", "glib.h": "libglib2.0-dev", "pango/": "libpango1.0-dev", "zmq.h": "libzmq3-dev", "enchant.h": "libenchant-2-dev",
}

// programs are the packages that have what builds ask for besides.
var programs = map[string]string{
	"mysql_config": "default-libmysqlclient-dev pkg-config", "gdal-config": "libgdal-dev", "curl-config": "libcurl4-openssl-dev", "krb5-config": "libkrb5-dev", "xml2-config": "libxml2-dev", "xslt-config": "libxslt1-dev",
	"geos-config": "libgeos-dev", "pkg-config": "pkg-config", "cmake": "cmake", "swig": "swig", "gfortran": "gfortran", "cargo": "cargo", "rustc": "cargo", "ninja": "ninja-build", "patchelf": "patchelf", "autoreconf": "autoconf", "libtool": "libtool",
}

// libraries are the packages that have what pkg-config, and builds of their own kind, ask for.
var libraries = map[string]string{
	"cairo": "libcairo2-dev", "xmlsec1": "libxmlsec1-dev", "libffi": "libffi-dev", "jpeg": "libjpeg-dev", "zlib": "zlib1g-dev", "libxml-2.0": "libxml2-dev", "mysqlclient": "default-libmysqlclient-dev", "mariadb": "default-libmysqlclient-dev", "libmariadb": "default-libmysqlclient-dev",
	"dbus-1": "libdbus-1-dev", "glib-2.0": "libglib2.0-dev", "gobject-introspection-1.0": "libgirepository1.0-dev", "libsystemd": "libsystemd-dev", "libvirt": "libvirt-dev", "openssl": "libssl-dev", "libpq": "libpq-dev",
}

var (
	noHeader  = regexp.MustCompile(`fatal error: '?([\w/.+-]+)'?(?:: No such file| file not found)`)
	noProgram = regexp.MustCompile(`(?m)(?:'|"|\b)([a-z][\w+-]*)['"]?: (?:command )?not found|No such file or directory: '([a-z][\w+-]*)'|([a-z][\w-]+-config|mysql_config) (?:executable )?not found|([a-z]+) is not (?:installed|on PATH)`)
	noLibrary = regexp.MustCompile(`(?:Dependency|dependency) "([\w.+-]+)" not found|No package '([\w.+-]+)' found|Package '?([\w.+-]+)'?,? (?:required by|was not found)|could not be found for (\w+),|Trying pkg-config --exists (\w+)`)
)

// lacks is what to do where a build tells that the host lacks what is in a package of the distribution; "" where it tells nothing
// that is known.
func lacks(text string) string {
	found := ""
	if m := noHeader.FindStringSubmatch(text); m != nil {
		folder, _, in := strings.Cut(m[1], "/")
		if found = headers[m[1]]; found == "" && in {
			found = headers[folder+"/"]
		}
	}
	for _, m := range noProgram.FindAllStringSubmatch(text, 20) {
		if found == "" {
			found = programs[strings.Join(m[1:], "")]
		}
	}
	for _, m := range noLibrary.FindAllStringSubmatch(text, 20) {
		if found == "" {
			found = libraries[strings.Join(m[1:], "")]
		}
	}
	if found == "" {
		return ""
	}
	return "Debian's " + strings.ReplaceAll(found, " ", " and ") + " is missing: write packages = [\"" + strings.ReplaceAll(found, " ", `", "`) +
		"\"] into djship.toml, or install it on the host (`apt-get install " + found + "`)" + model.Again
}
