# How a site's account looks at its home for root, with the functions of look.sh and code.sh. sign parts what
# it prints, a word that the account may know: it can only lie about what is its own.
PATH=/usr/bin:/bin LC_ALL=C
export PATH LC_ALL

# part WORD begins what is told of a step, by its number, or says "closed" or "end".
part() { printf '\n%s %s\n' "$sign" "$1"; }

[ ! -d "$HOME" ] || [ -x "$HOME" ] || { part closed; part end; exit; }
