package adopt

import (
	"fmt"
	"strings"
	"testing"

	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

var example = look{Site: django.Site{Project: "example", Domain: "example.com", Python: 3}}

// nginxOf is what the scripts wrote for nginx, with more in the server block and behind it.
func nginxOf(server, behind string) string {
	return `upstream example_gunicorn {
    server unix:/webapps/example_project/run/gunicorn.sock fail_timeout=0;
}
server {
    listen 80;
    server_name example.com;
    client_max_body_size 5M;
    keepalive_timeout 5;
    underscores_in_headers on;
    access_log /webapps/example_project/logs/nginx-access.log;
    error_log /webapps/example_project/logs/nginx-error.log;
    location /media  { alias /webapps/example_project/media; }
    location /static { alias /webapps/example_project/static; }
    location /static/admin { alias /webapps/example_project/lib/python3.9/site-packages/django/contrib/admin/static/admin/; }
    # location / { rewrite ^ https://$http_host$request_uri? permanent; }
` + server + `
    location / {
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header Host $http_host;
        proxy_redirect off;
        proxy_pass http://example_gunicorn;
    }
}
` + behind
}

func TestFrontAsItWasMade(t *testing.T) {
	f := readFront(example.naming(), nginxOf("", "#server {\n#  listen 443 default ssl;\n#}\n"))
	if f.problems != nil || f.edited() || len(f.left) != 5 {
		t.Errorf("%+v", f)
	}
}

func TestFrontIsCarriedOver(t *testing.T) {
	own := example.Site.NginxSite(server.Options{}).Content(model.Facts{})
	tests := map[string][]string{ // by what is in the file, in words of the server block, "|" before what stands behind that
		"client_max_body_size 100M;":                                                                             {"\n\tclient_max_body_size 100M;\n", "!client_max_body_size 20m"},
		"add_header X-A \"b; c\" always; gzip on;":                                                               {"\n\tadd_header X-A \"b; c\" always;\n\tgzip on;\n"},
		"location = /robots.txt { alias /webapps/example_project/static/robots.txt; }":                           {"\n\tlocation = /robots.txt {\n\t\talias /webapps/example_project/static/robots.txt;\n\t}\n"},
		"location /ws/ { proxy_pass http://example_gunicorn; proxy_read_timeout 1h; proxy_set_header X-Own 1; }": {"\t\tproxy_pass http://example_gunicorn;\n\t\tproxy_read_timeout 1h;\n\t\tproxy_set_header X-Own 1;\n"},
		"if ($host = example.com) { return 301 https://$host$request_uri; }|server { listen 443 ssl http2 default; listen [::]:443 ssl; server_name example.com; ssl_certificate /etc/letsencrypt/live/example.com/fullchain.pem; " +
			"ssl_certificate_key /etc/letsencrypt/live/example.com/privkey.pem; include /etc/letsencrypt/options-ssl-nginx.conf; location / { proxy_set_header X-Forwarded-Proto $scheme; proxy_pass http://example_gunicorn; } }": {
			"\tlisten 443 ssl http2;\n\tlisten [::]:443 ssl;\n", "\tssl_certificate /etc/letsencrypt/live/example.com/fullchain.pem;\n", "\tif ($scheme = http) {\n\t\treturn 301 https://$host$request_uri;\n\t}\n"},
	}
	for text, want := range tests {
		server, behind, _ := strings.Cut(text, "|")
		f := readFront(example.naming(), nginxOf(server, behind))
		got, err := f.compose(own)
		if f.problems != nil || !f.edited() || err != nil {
			t.Errorf("%s: %q %v", text, f.problems, err)
		}
		for _, words := range want {
			if not, is := strings.CutPrefix(words, "!"); is == strings.Contains(got, not) {
				t.Errorf("%s: want %q in:\n%s", text, words, got)
			}
		}
		if _, err := readNginx(got); err != nil {
			t.Errorf("%s: what comes out can not be read: %v", text, err)
		}
	}
}

// What root would obey, and an account has written, is not taken over: it is named.
func TestNothingOfAnAccountIsObeyed(t *testing.T) {
	for _, text := range []string{
		"include /webapps/example_project/nginx/more.conf;", "access_by_lua_block { x; }", "perl_set $x 'sub { }';", "location /x { alias /webapps/other_project/media; }", "location /x { alias /etc; }",
		"location /x { root /webapps/example_project; }", "location /x { alias /webapps/example_project/../other_project/media; }", "location /x { alias /webapps/example_project/.ssh/; }", "location /x { alias /webapps/example_project/$uri; }",
		"location /x { proxy_pass http://unix:/webapps/.sockets/other.sock; }", "location /x { proxy_pass http://other_gunicorn; }", "location /x { fastcgi_pass unix:/x; }", "location /x { dav_methods PUT; }", "location /x { proxy_store on; }",
		"ssl_certificate_key /webapps/example_project/ssl/example.com.key;", "auth_basic_user_file /webapps/example_project/.htpasswd;", "client_body_temp_path /etc;", "server_name other.org *.example.com;", "listen 8080;", "listen unix:/run/x.sock;",
		"add_header X \"a\nb\";", "add_header X \"a;", "location / { }}", "if ($host = x) { set $y z; }", "disable_symlinks off;", "location @djship_static { root /webapps/example_project; }\x1b",
		"|include /etc/nginx/x;", "|load_module modules/x.so;", "|upstream other_gunicorn { server unix:/webapps/.sockets/other.sock; }", "|lua_package_path \"/x\";", "|server { listen 80; server_name other.org; }",
		"|map $a $b { default c; }", "|log_format x y;", "|user root;", "|}",
	} {
		within, behind, _ := strings.Cut(text, "|")
		if f := readFront(example.naming(), nginxOf(within, behind)); f.problems == nil {
			got, _ := f.compose(example.Site.NginxSite(server.Options{}).Content(model.Facts{}))
			t.Errorf("%q is taken over:\n%s", text, got)
		}
	}
	for _, text := range []string{"", "server {", "}", "upstream example_gunicorn { server unix:/run/x; } " + nginxOf("", "")} {
		if f := readFront(example.naming(), text); f.problems == nil {
			t.Errorf("%q is taken over", text)
		}
	}
}

// What an account can write is either a problem or comes out as something that is read as the same again, whatever it is.
func FuzzFront(f *testing.F) {
	f.Add("client_max_body_size 1M;")
	f.Add("location /x { alias /webapps/example_project/static/; }")
	own := example.Site.NginxSite(server.Options{}).Content(model.Facts{})
	f.Fuzz(func(t *testing.T, text string) {
		is := readFront(example.naming(), nginxOf(text, ""))
		if is.problems != nil {
			return
		}
		got, err := is.compose(own)
		if err != nil {
			t.Fatal(err)
		}
		all, err := readNginx(got)
		if err != nil {
			t.Fatalf("%q: %v", got, err)
		}
		if strings.Contains(fmt.Sprint(all), "load_module") || strings.Count(got, "\nserver {") != 1 {
			t.Fatalf("%q", got)
		}
	})
}
