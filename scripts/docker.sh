#!/usr/bin/env bash
# Starts a Docker daemon for a test on a machine that has none running, and ends it again.
#
#   scripts/docker.sh start DIR    start it with all its state in DIR; prints the DOCKER_HOST to use
#   scripts/docker.sh stop DIR     end it and remove DIR
#
# Needed: root, dockerd and jq (Debian: docker.io, jq). On a restricted machine, one without CAP_SYS_RESOURCE, runc refuses what
# Docker requests for a privileged container. So its runtime is a wrapper that takes out of each request what this machine cannot
# give: that capability, resource limits above the hard limits, and a negative OOM score.
set -euo pipefail

usage() { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[[ $# -eq 2 ]] || usage
action=$1 dir=$2
pidfile=$dir/docker.pid

# wrapper writes the OCI runtime that Docker is to use.
wrapper() {
  cat >"$dir/runtime" <<EOF
#!/usr/bin/env bash
# Written by scripts/docker.sh.
set -euo pipefail
files=() take=
for arg in "\$@"; do
  case \$take in bundle) files+=("\$arg/config.json");; process) files+=("\$arg");; esac
  take=
  case \$arg in
    --bundle | -b) take=bundle ;;
    --bundle=*) files+=("\${arg#*=}/config.json") ;;
    --process | -p) take=process ;;
    --process=*) files+=("\${arg#*=}") ;;
  esac
done
for file in "\${files[@]}"; do
  jq --argjson files $(ulimit -Hn) --argjson processes $(ulimit -Hu) '
    def limited: (if .capabilities then .capabilities |= map_values(map(select(. != "CAP_SYS_RESOURCE"))) else . end)
      | (if .oomScoreAdj and .oomScoreAdj < 0 then .oomScoreAdj = 0 else . end)
      | (if .rlimits then .rlimits |= map(
          {RLIMIT_NOFILE: \$files, RLIMIT_NPROC: \$processes}[.type] as \$most
          | if \$most == null then empty else .hard = ([.hard, \$most] | min) | .soft = ([.soft, .hard] | min) end) else . end);
    if has("process") then .process |= limited else limited end' "\$file" >"\$file.limited"
  cat "\$file.limited" >"\$file" && rm "\$file.limited"
done
exec runc "\$@"
EOF
  chmod +x "$dir/runtime"
}

start() {
  for program in dockerd runc jq; do
    command -v "$program" >/dev/null || {
      echo "docker.sh: $program is not installed; remedy: apt-get install docker.io jq" >&2
      exit 1
    }
  done
  mkdir -p "$dir"
  wrapper
  local limit
  limit=$(ulimit -Hn)
  [[ $limit != unlimited ]] || limit=1048576
  dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$pidfile" --host "unix://$dir/docker.sock" \
    --add-runtime "limited=$dir/runtime" --default-runtime limited --default-ulimit "nofile=$limit:$limit" \
    >"$dir/docker.log" 2>&1 &
  for _ in {1..60}; do
    if docker --host "unix://$dir/docker.sock" info >/dev/null 2>&1; then
      echo "DOCKER_HOST=unix://$dir/docker.sock"
      return
    fi
    kill -0 $! 2>/dev/null || break
    sleep 0.5
  done
  echo "docker.sh: the daemon does not answer; the end of $dir/docker.log:" >&2
  tail -n 5 "$dir/docker.log" >&2
  exit 1
}

stop() {
  if [[ -f $pidfile ]]; then
    local pid
    pid=$(<"$pidfile")
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
  fi
  rm -rf "$dir"
}

case $action in
  start | stop) "$action" ;;
  *) usage ;;
esac
