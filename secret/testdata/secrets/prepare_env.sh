export DJANGO_SETTINGS_MODULE=example.settings.production
export SECRET_KEY="SENTINEL"
export SECRET_KEY='SENTINEL two words'
export SECRET_KEY=SENTINEL
export SECRET_KEY="${SECRET_KEY:-SENTINEL}"
export SECRET_KEY=${SECRET_KEY:=SENTINEL}
: "${SECRET_KEY:=SENTINEL}"
: ${API_TOKEN:-SENTINEL}
export SECRET_KEY=$(echo SENTINEL)
export DB_PASS=SENTINEL DB_HOST=db
export PGPASS=SENTINEL
export PGPASSWORD=SENTINEL
export MYSQL_PWD=SENTINEL
export SMTP_PWD="SENTINEL" SMTP_USER=me
export API_KEY='it'"'"'s SENTINEL'
export API_KEY=abc'SENTINEL'
export API_KEY='abc'SENTINEL
export API_KEY="abc
SENTINEL
def"
export API_KEY=\
SENTINEL
export DATABASE_URL=postgres://me:SENTINEL@db/site
export REDIS_URL="rediss://default:SENTINEL/with+slash@cache:6380"
export GITHUB_URL=https://SENTINEL@github.com/me/site.git
export CALLBACK="https://example.com/hook?user=1&token=SENTINEL"
declare -x DB_PASSWORD="SENTINEL"
DB_PASSWORD=SENTINEL ./manage.py migrate
+ DB_PASSWORD=SENTINEL
env DB_PASSWORD=SENTINEL gunicorn
curl -u me:SENTINEL https://example.com
curl -H 'Authorization: Bearer SENTINEL' -H "X-Api-Key: SENTINEL" https://example.com
curl -H "authorization: token SENTINEL" -H 'cookie: session=SENTINEL; other=SENTINEL' https://example.com
mysql -u root -pSENTINEL example
createuser --password SENTINEL
app --api-token=SENTINEL --db-password SENTINEL
echo 'root:SENTINEL' | chpasswd
psql -c "ALTER ROLE me PASSWORD 'SENTINEL'"
psql -c "CREATE USER me IDENTIFIED BY 'SENTINEL'"
sshpass -p SENTINEL ssh web1
cat >key.pem <<END
-----BEGIN EC PRIVATE KEY-----
SENTINEL
SENTINEL
-----END EC PRIVATE KEY-----
END
