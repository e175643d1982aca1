package rollout

import "testing"

func TestAnywhere(t *testing.T) {
	for _, test := range []struct{ text, addr, want string }{
		{"192.0.2.1:22 refused the login as root", "192.0.2.1:22", "the host refused the login as root"},
		{"can't reach a:22: lookup a: no such host", "a:22", "can't reach the host: lookup the host: no such host"},
		{"can't reach web1:22: lookup web1 on 192.0.2.1:53: web1.example.com", "web1:22", "can't reach the host: lookup the host on 192.0.2.1:53: web1.example.com"},
		{"a key of 192.0.2.11:22 is not 192.0.2.1:22", "192.0.2.1:22", "a key of 192.0.2.11:22 is not the host"},
		{"can't reach [::1]:22: refused", "[::1]:22", "can't reach the host: refused"},
		{"tried key /home/a/.ssh/web1", "web1:22", "tried key /home/a/.ssh/web1"},
		{"as it is", "", "as it is"},
	} {
		if got := Anywhere(test.text, test.addr); got != test.want {
			t.Errorf("%q without %s is %q, want %q", test.text, test.addr, got, test.want)
		}
	}
}
