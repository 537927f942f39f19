#!/bin/sh
# The first program that the kernel of the lab's virtual machine runs, from its initramfs: loads the modules that the disk
# needs, mounts it and hands over to guest-init.sh, which lies on it as /sbin/lab-init.
busybox=/bin/busybox
$busybox mount -t devtmpfs dev /dev
while read -r module; do $busybox insmod "/modules/$module"; done < /modules/order
tries=0
while [ ! -b /dev/vda ] && [ $tries -lt 200 ]; do
  $busybox usleep 20000
  tries=$((tries + 1))
done
$busybox mount -t ext4 -o rw,noatime /dev/vda /disk
$busybox umount /dev
exec $busybox switch_root /disk /sbin/lab-init
