#!/bin/bash
# The first process of the lab's virtual machine. It mounts what a Linux needs, the checkout (read-only) and the folder of this
# run, starts udev, runs the job, writes its exit code and powers off. The job's output goes to the virtio port `job`.
#
#   /repository   the checkout           /run-folder   job, status (written here)
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb

power_off() {
  sync
  echo o > /proc/sysrq-trigger
  sleep 60
}

mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs -o mode=1777 tmp /tmp
mkdir -p /run/sshd /run/lock
hostname glasskey-lab
ip link set lo up

modprobe -a 9pnet_virtio 9p virtio_console virtio_rng uhid hid_generic
nine_p=trans=virtio,version=9p2000.L,msize=262144
mount -t 9p -o $nine_p run-folder /run-folder || power_off
mount -t 9p -o $nine_p,ro,cache=loose repository /repository || power_off

/lib/systemd/systemd-udevd --daemon --resolve-names=early
udevadm trigger --action=add --subsystem-match=virtio-ports --subsystem-match=misc
udevadm settle --timeout=30

job_port=/dev/virtio-ports/job
tries=0
while [ ! -e $job_port ] && [ $tries -lt 100 ]; do
  sleep 0.05
  tries=$((tries + 1))
done
exec 3<> $job_port || power_off
cd /repository || power_off
timeout --kill-after=5 "$(cat /run-folder/seconds)" bash /run-folder/job < /dev/null >&3 2>&3
echo $? > /run-folder/status
exec 3>&-
power_off
