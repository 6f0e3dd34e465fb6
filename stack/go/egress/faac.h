#include <gst/gst.h>

// Makes the element "faac" known to GStreamer; FALSE if one of the elements
// that it is made of is not installed.
gboolean register_faac(void);
