#!/bin/sh
# The first process of a lab machine (jump host or device), started in namespaces of its own: network, mounts, processes.
# It gives the machine its own accounts, homes, /run, /tmp and /var/log, without touching the host's, and becomes its sshd.
#
#   machine-init.sh FOLDER SSHD NODE
#
# FOLDER holds sshd_config, host_key, passwd, group, shadow, home/, eos-shell.ts, and the empty file node as a mount point.
# All of it is bound first, because the host's /home, /tmp or /run may be where FOLDER and NODE lie.
set -eu
folder=$1
sshd=$2

# /proc still is the host's: this is the process id as the host sees it, for whoever sets up the network.
read -r pid rest < /proc/self/stat
ip_forward=/proc/sys/net/ipv4/ip_forward
# A jump host is no router. (A new namespace takes this over from the host.)
[ "$(cat $ip_forward)" = 0 ] || echo 0 > $ip_forward

# The node program may lie in a folder that only its owner enters; a lab account reaches it here.
mount --bind "$3" "$folder/node"
mount --rbind "$folder" /mnt
for file in passwd group shadow; do mount --bind "/mnt/$file" "/etc/$file"; done
mount --bind /mnt/home /home
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=755 tmpfs /var/log
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -m 755 /run/sshd
cd /

echo "ready $pid"
exec "$sshd" -D -f /mnt/sshd_config -E /mnt/sshd.log
