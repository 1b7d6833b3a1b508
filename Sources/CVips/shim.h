// libvips' compiler and linker flags for CImaging, and nothing else: no Swift file needs to see vips and GLib.
#pragma once
