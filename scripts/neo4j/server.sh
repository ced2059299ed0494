#!/usr/bin/env bash
# A real Neo4j Community server for the tests, put together from Maven Central and kept in ./.neo4j.
#
#   scripts/neo4j/server.sh [start|stop|status|fetch|wipe]        (start when nothing is said)
#
#   fetch   copies the jars (about 120 MB, once) and writes the configuration
#   start   fetch, then run the server and wait until it speaks Bolt; prints the URL
#   stop    end the server that was started here
#   status  0 when it runs and answers, 1 when not
#   wipe    stop and empty the database
#
# Wants Maven and Java 17 (5.26). Settings from the environment:
#   NEO4J_DIR (./.neo4j)  NEO4J_PORT (7687)  NEO4J_SECRET (graphkit-local)  NEO4J_MEMORY (512m)  NEO4J_WAIT (90 s)
set -euo pipefail

pom=$(cd "$(dirname "$0")" && pwd)/pom.xml
home=${NEO4J_DIR:-$PWD/.neo4j}
port=${NEO4J_PORT:-7687}
secret=${NEO4J_SECRET:-graphkit-local}
memory=${NEO4J_MEMORY:-512m}
patience=${NEO4J_WAIT:-90}
java_bin=${JAVA_HOME:+$JAVA_HOME/bin/}java

say() { printf '%s\n' "$*" >&2; }

alive() {
  [ -s "$home/server.pid" ] && kill -0 "$(<"$home/server.pid")" 2>/dev/null
}

# An open port is not enough: the server has to answer the handshake (magic + four version proposals) with a version.
speaks_bolt() {
  local answer
  answer=$(
    { exec 9<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || exit 0
    printf '\140\140\260\027\000\000\004\005\000\000\000\000\000\000\000\000\000\000\000\000' >&9
    timeout 2 head -c 4 <&9 | od -An -tx1 | tr -d ' 0\n'
  )
  [ -n "$answer" ]
}

fetch() {
  mkdir -p "$home"/{conf,data,logs,run,import}
  if [ ! -f "$home/jars/complete" ]; then
    rm -rf "$home/jars"
    say "copying the jars of the server to $home/jars …"
    mvn -q -B -f "$pom" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
      -DincludeScope=runtime -Dmdep.prependGroupId=true "-DoutputDirectory=$home/jars"
    : > "$home/jars/complete"
  fi
  # What the start-up check asks of a Community server: a time limit, a memory limit, no file LOAD CSV, a short
  # list of procedures, nothing but loopback.
  cat > "$home/conf/neo4j.conf" <<CONF
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:$port
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=128m
db.transaction.timeout=120s
db.memory.transaction.max=256m
dbms.security.allow_csv_import_from_file_urls=false
dbms.security.procedures.allowlist=db.labels,db.relationshipTypes,db.awaitIndexes,db.ping,dbms.components
dbms.usage_report.enabled=false
CONF
  if [ ! -e "$home/data/dbms/auth.ini" ] && [ ! -d "$home/data/databases/system" ]; then
    NEO4J_HOME=$home NEO4J_CONF=$home/conf "$java_bin" -cp "$home/jars/*" org.neo4j.cli.AdminTool \
      dbms set-initial-password "$secret" > "$home/logs/first-password.log" 2>&1 ||
      { cat "$home/logs/first-password.log" >&2; return 1; }
  fi
}

start() {
  if alive && speaks_bolt; then echo "bolt://127.0.0.1:$port"; return; fi
  if speaks_bolt; then say "port $port is in use by something else: set NEO4J_PORT"; return 1; fi
  fetch
  cd "$home"
  nohup "$java_bin" "-Xms$memory" "-Xmx$memory" -Dlog4j2.disable.jmx=true \
    --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED \
    --add-opens=java.base/sun.nio.ch=ALL-UNNAMED -Dio.netty.tryReflectionSetAccessible=true \
    -cp "$home/jars/*" org.neo4j.server.CommunityEntryPoint "--home-dir=$home" "--config-dir=$home/conf" \
    > "$home/logs/console.log" 2>&1 < /dev/null &
  echo $! > "$home/server.pid"
  local deadline=$((SECONDS + patience))
  until speaks_bolt; do
    alive || { tail -n 20 "$home/logs/console.log" >&2; rm -f "$home/server.pid"; return 1; }
    if ((SECONDS > deadline)); then say "no answer within ${patience} s, see $home/logs"; stop; return 1; fi
    sleep 0.3
  done
  echo "bolt://127.0.0.1:$port"
}

stop() {
  if ! alive; then rm -f "$home/server.pid"; say "not running"; return; fi
  local pid deadline=$((SECONDS + patience))
  pid=$(<"$home/server.pid")
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do
    ((SECONDS <= deadline)) || { say "process $pid does not end"; return 1; }
    sleep 0.3
  done
  rm -f "$home/server.pid"
}

status() {
  if alive && speaks_bolt; then echo "bolt://127.0.0.1:$port"; else say "not running"; return 1; fi
}

wipe() {
  stop
  rm -rf "$home/data"
}

case ${1:-start} in
  start | stop | status | fetch | wipe) "${1:-start}" ;;
  *) sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
