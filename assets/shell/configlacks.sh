# Prints "lacks NAME" for each name of the .env.example beside a site's code that its environment does not have. The site's account runs it, by bash; prepare_env.sh in its
# home sets the environment, and $code.
# shellcheck disable=SC1090,SC2154
. ~/prepare_env.sh >/dev/null 2>&1 </dev/null
for folder in "${DJSHIP_CODE-}" "$code"; do
	[ -f "$folder/.env.example" ] || continue
	head -c 262144 "$folder/.env.example" | tr -d '\0' | sed -n 's/^[[:space:]]*\(export[[:space:]]\{1,\}\)\{0,1\}\([A-Za-z_][A-Za-z0-9_]*\)[[:space:]]*=.*/\2/p' | sort -u | head -n 500 |
		while read -r name; do printenv "$name" >/dev/null || echo "lacks $name"; done
	break
done
