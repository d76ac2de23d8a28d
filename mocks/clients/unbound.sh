# shellcheck shell=bash disable=SC2154 # sourced by world.sh, which sets folder and script
# needs: unbound
# flow: a forwarder, with minimized names, in front of the fake's DNS
echo "version: unbound $(unbound -V | sed -n 's/^Version //p')"
cat >unbound.conf <<C
server:
  interface: 127.0.0.1@5301
  chroot: ""
  username: ""
  directory: "$folder"
  pidfile: "$folder/unbound.pid"
  use-syslog: no
  do-not-query-localhost: no
  module-config: "iterator"
  qname-minimisation: yes
  do-daemonize: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@53
C
unbound -c unbound.conf &
sleep 2
resolves 5301
kill %2
