package server

import "strings"

// SystemAccounts are accounts and groups that a host has, or that a package which is installed later
// makes or takes over: its daemon would share the site's. Names that can be no project's anyway, as
// Debian-exim, www-data and _apt, are left out.
var SystemAccounts = strings.Fields(baseAccounts + staticAccounts + packageAccounts + vendorAccounts + peopleAccounts)

// baseAccounts are those of each Debian and Ubuntu, by passwd.master and group.master of base-passwd
// and sysusers.d of systemd, and those of the packages of prereq.
const baseAccounts = `
	root daemon bin sys sync games man lp mail news uucp proxy backup list irc gnats nobody nogroup adm tty disk kmem
	dialout fax voice cdrom floppy tape sudo audio dip operator src shadow utmp video sasl plugdev staff users
	wheel input sgx clock kvm render crontab systemd messagebus polkitd sshd ssh syslog netdev uuidd
	postgres nginx git supervisor supervisord webapps djship `

// staticAccounts are those whose numbers base-passwd keeps for packages, by its README and its
// users-and-groups.
const staticAccounts = `
	netplan ftn mysql alias qmail qmaild qmails qmailr qmailq qmaill qmailp asterisk vpopmail vchkpw slurm hacluster
	haclient ceph opensrf nova cinder glance gnocchi majordom postfix gdm saned klog lpadmin scanner libvirt fetchmail
	cupsys `

// packageAccounts are those of maintainer scripts and of sysusers.d in packages of Debian and Ubuntu.
const packageAccounts = `
	www httpd apache apache2 lighttpd caddy haproxy varnish varnishlog vcache squid trafficserver hitch
	privoxy polipo tinyproxy tor i2psvc i2p i2pd stunnel4 stunnel sslh dnsdist uwsgi unit tomcat tomcat8 tomcat9 tomcat10
	tomcat11 jetty jetty9 gunicorn celery
	bind named unbound nsd knot pdns powerdns dnsmasq bird frr frrvty quagga quaggavty exabgp babeld dhcpd kea
	stubby avahi ntp ntpsec ntpd openntpd chrony ptp radvd radiusd freerad freeradius tacplus openvpn wireguard strongswan
	ocserv zerotier tailscale headscale snmp snmpd lldpd tcpdump wireshark arpwatch snort suricata fail2ban
	exim postgrey policyd opendkim opendmarc openarc opensmtpd opensmtpq dkimpy dovecot dovenull vmail courier cyrus
	spamd spamassassin rspamd amavis clamav clamilt clamsmtp milter greylist sympa mailman mailman3 schleuder dspam
	bogofilter sogo zimbra roundcube fetchnews leafnode inn innd mlmmj smmsp smmta smtpd sendmail nullmail msmtp
	mariadb maxscale galera mongodb mongod redis valkey keydb memcache memcached couchdb cassandra influxdb influx
	clickhouse elasticsearch opensearch solr sphinxsearch manticore meilisearch rabbitmq activemq artemis mosquitto nats
	gearman beanstalk beanstalkd zookeeper kafka hadoop hdfs yarn mapred hbase hive etcd consul nomad vault
	serf boundary neo4j firebird virtuoso rethinkdb aerospike pgbouncer pgpool barman pgadmin patroni slapd openldap ldap
	nslcd sssd unscd nscd dirsrv ipaapi krb5 minio swift rados gluster glusterfs lustre rpc rpcuser statd nfs ganesha
	prometheus alertmanager grafana loki promtail tempo mimir telegraf chronograf kapacitor collectd carbon graphite
	statsd munin nagios nagios3 nagios4 nrpe icinga icinga2 icingaweb2 icingaweb zabbix zabbixj monit ganglia netdata cacti
	smokeping check_mk xymon opennms librenms observium kibana logstash filebeat fluentd fluentbit graylog rsyslog syslogng
	ossec wazuh puppet puppetdb chef salt ansible cfengine jenkins buildbot buildd sbuild gitlab gitea forgejo gogs
	gitolite gitolite3 gitdaemon hgserve cvsd svn svnserve viewvc redmine trac bugzilla gerrit sonar nexus artifactory
	docker containerd lxc lxd incus kube kubernetes crio neutron keystone heat horizon placement ironic
	octavia designate barbican manila trove magnum sahara aodh ceilometer mistral murano zaqar qemu ovs openvswitch ovn libvirtd
	libvirtdbus virtlogd xen cloudinit landscape pollinate whoopsie kernoops usbmux usbmuxd colord geoclue rtkit pulse pipewire
	sddm lightdm kdm xdm greeter nm avahiautoipd hplip cups cupsd fwupd tss ifupdown dnscrypt bluetooth gpio spi i2c
	lirc pcscd gnokii gammu vdr mythtv mpd icecast icecast2 shoutcast minidlna plex jellyfin emby kodi transmission
	deluge deluged rtorrent qbittorrent aria2 amule sabnzbd nzbget sonarr radarr lidarr prowlarr znc bip ircd inspircd
	ngircd charybdis ergo unrealircd atheme ejabberd prosody jabber turnserver coturn kamailio opensips
	freeswitch yate mumble murmur teamspeak minecraft quassel quasselcore bitlbee mattermost rocketchat
	openttd tetrinet gpsd apcupsd nut upsmon owfs domoticz openhab homeassistant mopidy
	motion zoneminder boinc foldingathome condor munge gridengine torque pbs oneadmin sge ganeti pcp tuptime debci debomatic
	aptcacherng approx aptly reprepro apt debmirror uptimed rwhod identd oidentd pdnsd proftpd ftp ftpd vsftpd pureftpd tftp
	sftp rsync rsyncd bareos bacula amanda urbackup backuppc syncthing onedrive nextcloud
	owncloud seafile radicale davical clevis certbot letsencrypt dehydrated easyrsa ocsp dogtag
	pki pkiuser hsm softhsm ods opendnssec mysqld proxysql dbus `

// vendorAccounts are those of packages that the makers of well-known daemons give out for Debian.
const vendorAccounts = `
	node_exporter blackbox_exporter mysqld_exporter postgres_exporter redis_exporter nginx_exporter haproxy_exporter
	snmp_exporter statsd_exporter process_exporter pushgateway thanos victoriametrics vmagent vminsert vmselect vmstorage
	otel otelcol jaeger zipkin datadog dd_agent newrelic sentry splunk splunkfwd crowdsec osquery traefik
	kong nginx_unit openresty litespeed lsadm cyberpanel plesk psaadm psacln virtualmin webmin usermin cockpit
	cockpit_ws ssm_user waagent azureuser mssql mssql_server oracle db2inst1 cockroach
	cockroachdb tidb scylla timescaledb questdb surrealdb dgraph arangodb arango orientdb couchbase tarantool ravendb
	pulsar redpanda emqx vernemq rundeck teamcity jira confluence gocd drone woodpecker concourse
	gitlab_www gitlab_redis gitlab_psql gitlab_runner mastodon peertube pixelfed lemmy misskey pleroma akkoma writefreely
	discourse ghost jitsi jicofo jvb bigbluebutton freeswitchd etherpad onlyoffice collabora cool vaultwarden bitwarden
	bitcoin bitcoind monero geth lnd ipfs wildfly jboss glassfish payara websphere unifi pihole adguard homebridge zwave
	zigbee2mqtt nodered `

// peopleAccounts are those that images of clouds and people have for their own logins.
const peopleAccounts = `
	deploy admin ubuntu debian vagrant ec2 pi `
