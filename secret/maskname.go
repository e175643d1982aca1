package secret

import (
	"regexp"
	"strings"
)

var (
	secretName = regexp.MustCompile(`passw|passphrase|passcode|secret|token|credential|api_?key|pgpass|private_?key|access_?key|webhook|` +
		`(?:pass|pwd|keys?|dsn|salt|signature|requirepass)$|(?:^|[_.-])(?:pass|pwd|pw|sig|auth|creds?)\d*$|(?:^|[_.-])(?:pass|pwd)[_.\d-]|` +
		`(?:^|[_-])authorization$|^(?:set-|http_)?cookie$`)
	// harmlessName is of names that are like a secret's and in many files.
	harmlessName = regexp.MustCompile(`validators?$|hashers$|reset_timeout(?:_days)?$|(?:sort|primary|foreign|public)_?keys?$|tokenizers?$|^(?:old)?pwd$`)
)

// isSecretName tells whether what has this name is a secret.
func isSecretName(name string) bool {
	upper := name == strings.ToUpper(name)
	name = strings.ToLower(strings.Trim(name, `-$@."'`))
	if !secretName.MatchString(name) {
		return false
	}
	// PWD is where a shell is; pwd is a password.
	return !harmlessName.MatchString(name) || strings.HasSuffix(name, "pwd") && !upper
}

var headerName = regexp.MustCompile(`(?i)authorization["'\]]*[ \t]*[:=,]?[ \t]*$`)

// isHeader tells whether a line's beginning ends in the name of a header whose value begins with its kind.
func isHeader(before string) bool { return headerName.MatchString(before) }

const secretWord = `[\w-]*(?:pass(?:w(?:or)?d|phrase)?|pwd|secret|token|key|credential|dsn)[\w-]*`

// A pattern is secrets that have no assignment: what is between its two groups is masked. Only lines
// with one of the words, in lower case, are looked at: there are many lines, and few with secrets.
type pattern struct {
	words []string
	*regexp.Regexp
}

var patterns = func() (all []pattern) {
	add := func(words string, expressions ...string) {
		for _, e := range expressions {
			all = append(all, pattern{strings.Fields(words), regexp.MustCompile(e)})
		}
	}
	const secretWords = "pass pwd secret token key credential dsn"
	// In URLs: a password, or all that identifies.
	add("://",
		`(://[^/\s:"']*:)[^/\s"]+(@)`,
		`(://[^/\s:@"']*:)[^\s"'@]*[^\s"'@\d/][^\s"'@]*(@)`,
		`(://)[^/\s:@"'*]+(@)`)
	add("pass pwd secret token key signature credential sig= auth= code= sid=",
		`(?i)([?&;](?:[\w.-]*(?:pass|pwd|secret|token|key|signature|credential)[\w.-]*|sig|auth|code|sid)=)[^&\s"'<>;#)]+()`)
	add("hooks.slack.com", `(hooks\.slack\.com/(?:services|workflows)/)[^\s"']+()`)
	add("webhooks", `(discord(?:app)?\.com/api/webhooks/)[^\s"']+()`)
	add("telegram", `(api\.telegram\.org/bot)[^/\s"']+()`)
	// In headers and directives, with a blank between name and value.
	add("authorization", `(?i)(\b(?:proxy-)?authorization["'\]:,=\s]+(?:(?:basic|bearer|token|digest|negotiate|apikey)\s+)?)[^\s"';$*][^"';]*()`)
	add("x- cookie", `(?i)(\b(?:x-[\w-]*(?:key|token|auth|secret|pass\w*)[\w-]*|(?:set-)?cookie)["']?[:,=\s]\s*["']?)[^\s"';$*:,=][^"']*()`)
	add(secretWords, `(?i)(\b(?:set|fastcgi_param|uwsgi_param|scgi_param|setenv|env|arg|export)\s+\$?`+secretWord+`\s+["']?)[^\s"';$*=][^"';]*()`)
	add("secure_link", `(?i)(\bsecure_link_(?:md5|secret)\s+)[^;]+()`)
	add("pass auth pw", `(?i)(^\s*(?:requirepass|masterauth|bindpw|rootpw|olcRootPW|password|passwd)\s+)[^\s:=]\S*(\s*;?\s*)$`)
	add(secretWords+" pw", `(?i)(^\s*[\w-]*[_-](?:passw(?:or)?d|pwd?|secret|token|key)\s+)[^\s:=/$]\S*(\s*;?\s*)$`)
	add(secretWords, `(?i)(\(\s*["']`+secretWord+`["'],\s*["'])[^"']+()`)
	add("login", `(?i)(\blogin\s+\S+\s+password\s+)\S+()`)
	add("user ", `(?i)(\buser\s+\S+\s.*?\s?>)\S+()`)
	// On command lines.
	add("--", `(?i)(--`+secretWord+`[ \t]+)[^\s-][^\s]*()`)
	add("curl", `(\bcurl\b.*?\s(?:-u|--user)[ =]?["']?[^\s:"']+:)[^\s"']+()`)
	add("mysql mariadb sshpass", `(\b(?:mysql\w*|mariadb\w*|sshpass)\b.*?\s-p ?)[^\s"'][^\s]*()`)
	add("chpasswd", `(\becho\s+["']?\w+:)[^|"']+(["']?\s*\|\s*(?:sudo\s+)?chpasswd)`)
	// In SQL.
	add("password identified passphrase secret", `(?i)(\b(?:password|identified\s+by|passphrase|secret)\s+E?['"])[^'"]+(['"])`)
	// Lines of .pgpass.
	add(":5 :6 :*", `(^\s*[^\s:]+:(?:\d+|\*):[^\s:]+:[^\s:]+:)\S+()`)
	// In XML and JSON: the name is a value itself.
	add("<", `(?i)(<`+secretWord+`>)[^<]+(<)`)
	add("value", `(?i)((?:name|key)=["']`+secretWord+`["']\s+value=["'])[^"']+()`,
		`(?i)(["'](?:name|key)["']:\s*["']`+secretWord+`["'],\s*["']value["']:\s*["'])[^"']+()`)
	// What is a secret by its form: hashes of passwords, tokens of well-known services.
	add("$",
		`()\$(?:apr1|1|2[abxy]|5|6|y|7|argon2\w*|scrypt)\$[^\s:"']+()`,
		`()\b(?:pbkdf2_sha\d+|bcrypt_sha256|scrypt|argon2)\$[^\s:"']+()`,
		`()\bSCRAM-SHA-256\$[^\s"']+()`)
	add("{s", `(\{S?SHA\d*\})[^\s"']+()`)
	add("gh github_ glpat- k_ sk- xox sg. aiza akia npm_ pypi- hf_ dop_ age-",
		`()\b(?:gh[pousr]_|github_pat_|glpat-|[srp]k_(?:live|test)_|sk-|xox[abeoprs]-|SG\.|AIza|AKIA|npm_|pypi-|hf_|dop_v1_|AGE-SECRET-KEY-)[\w.+/=-]{8,}()`)
	add("eyj", `()\beyJ[\w-]+\.eyJ[\w.+/=-]+()`)
	return all
}()

// hasAny tells whether a text has one of the words in it.
func hasAny(text string, words []string) bool {
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// nameWords are what the names of secrets, and of what looks secrets up, are made of.
var nameWords = strings.Fields("pass pwd secret token key cred dsn auth cookie pw salt hook signature sig jwt env config fetch getattr")

// A name on one line, its value on one of the next, as in Kubernetes' and compose's files.
var (
	pairName  = regexp.MustCompile(`^[ \t]*-?[ \t]*["']?(?i:name|key|variable)["']?[ \t]*[:=][ \t]*["']?([\w.-]+)["']?,?[ \t]*$`)
	pairValue = regexp.MustCompile(`^([ \t]*["']?(?i:value)["']?[ \t]*[:=][ \t]*)\S`)
)
