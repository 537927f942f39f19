"""The desktop's notification service (Desktop Notifications Specification 1.2) as far as programs see it: writes each into a folder, as JSON."""
import json
import os
import sys

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

NAME = "org.freedesktop.Notifications"
folder = sys.argv[1]


class Notifications(dbus.service.Object):
    count = len(os.listdir(folder))

    @dbus.service.method(NAME, in_signature="susssasa{sv}i", out_signature="u")
    def Notify(self, app_name, replaces_id, app_icon, summary, body, actions, hints, expire_timeout):
        if os.path.exists(os.path.join(folder, "refusing")):
            raise dbus.exceptions.DBusException("nobody is there", name=NAME + ".Refused")
        self.count += 1
        told = {
            "app": str(app_name),
            "title": str(summary),
            "body": str(body),
            "urgency": int(hints.get("urgency", 1)),
            "timeout": int(expire_timeout),
        }
        path = os.path.join(folder, "%d.json" % self.count)
        with open(path + ".part", "w") as file:
            json.dump(told, file)
        os.rename(path + ".part", path)
        return dbus.UInt32(self.count)

    @dbus.service.method(NAME, out_signature="as")
    def GetCapabilities(self):
        return ["body", "body-markup"]

    @dbus.service.method(NAME, out_signature="ssss")
    def GetServerInformation(self):
        return ("lab", "Glasskey", "1", "1.2")

    @dbus.service.method(NAME, in_signature="u")
    def CloseNotification(self, notification_id):
        pass


DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
name = dbus.service.BusName(NAME, bus, do_not_queue=True)
Notifications(bus, "/org/freedesktop/Notifications")
GLib.MainLoop().run()
