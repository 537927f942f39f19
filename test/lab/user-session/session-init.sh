#!/bin/bash
# The first process of a user's login session in namespaces of its own. systemd starts the session's D-Bus as on any desktop; by it
# a notification service is started that records what it is told. $1: the session's folder, which has home/. Ends with its standard input.
#
# systemd looks for /run/systemd/system before it runs as a user's; with a /run of this namespace's own, that says nothing of the machine.
set -e
folder=$1
here=$(dirname "$0")
# /proc still is the host's: this is the process id as the host sees it, for whoever runs programs in here.
read -r pid rest < /proc/self/stat
mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/system "$XDG_RUNTIME_DIR"
chmod 700 "$XDG_RUNTIME_DIR"
cd "$HOME"

# One login. systemd has made both sockets before it listens to anybody; asked on the bus before it is there, it would be started twice.
log_in() {
  # The bus starts it for the first who has something to tell, as it does on most desktops.
  mkdir -p "$XDG_RUNTIME_DIR/dbus-1/services"
  cat > "$XDG_RUNTIME_DIR/dbus-1/services/org.freedesktop.Notifications.service" <<SERVICE
[D-BUS Service]
Name=org.freedesktop.Notifications
Exec=/usr/bin/python3 $here/notification-service.py $folder/notifications
SERVICE
  /usr/lib/systemd/systemd --user --log-target=console 2>>"$folder/systemd.log" &
  systemd=$!
  until [ -S "$XDG_RUNTIME_DIR/systemd/private" ] && systemctl --user is-active --quiet timers.target dbus.socket; do
    sleep 0.05
  done
  echo "ready $pid"
  wait "$systemd" || true
}

# `systemctl --user exit` is the end of one, and the next begins. A file days-off says how long the computer was off in between: systemd
# knows by the time of its stamp when a timer has run last.
(
  while true; do
    log_in
    rm -rf "$XDG_RUNTIME_DIR"/*
    if [ -e "$folder/days-off" ]; then
      touch -d "$(cat "$folder/days-off") days ago" "$HOME"/.local/share/systemd/timers/stamp-*
      rm "$folder/days-off"
    fi
  done
) &

# Whoever started the session holds the other end.
cat >/dev/null
