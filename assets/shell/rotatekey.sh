# Makes a new secret key of $site's, and what it is tried with, $config/try-$run; keep_key has it count. $make is what makes one, $log_out says that the one before is to be good for nothing any more. $home is
# the site's; $settings_have, $config, $run and $lacks are as in rotate.sh, which it needs before it, and configfile.sh and config.sh.
key=$(fresh secret_key "$make") || exit
key_before=$(is_now .django_secret_key)
change=SECRET_KEY_FALLBACKS wanted=key
case $log_out$key_before in
"$key") change='' ;; # put by a run that was cut off, which had set the one before that
yes*) ;;
?*) change="$change $(printf %s "$key_before" | od -An -v -tx1 | tr -d ' \n')" wanted='key fallback' ;;
esac
config_new
after=$(cat "$config/try-$run")
to_try SECRET_KEY "$key" "$after"
# shellcheck disable=SC2086
settings_take "$key$nl$key_before" $wanted || {
	case $lacks in
	key) echo "the settings don't take the secret key from the environment, where djship sets SECRET_KEY: nothing was changed. \`djship rotate $site --database\` changes the password of the database alone" ;;
	fallback) echo "the settings don't have the key of before among SECRET_KEY_FALLBACKS, so that everybody would be logged out: nothing was changed. Code of your own takes them in Django 4.1 and later by SECRET_KEY_FALLBACKS = os.environ.get('SECRET_KEY_FALLBACKS', '').split()"
		echo "A \`djship push\` or \`djship deploy\` with this djship has its own settings take them; --log-out makes do without" ;;
	esac
	exit 1
}

keep_key() {
	printf '%s\n' "$after" | (umask 077 && cat >"$config/try-$run.new") && chown -- "$site" "$config/try-$run.new" && mv -fT "$config/try-$run.new" "$config/try-$run" && config_keep &&
		printf %s "$key" | put_secret .django_secret_key && rm -f "$config/new-secret_key" && rotated_now
}
