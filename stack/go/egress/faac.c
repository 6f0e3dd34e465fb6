#include "faac.h"

typedef struct {
  GstBin bin;
  GstElement *encoder;
} Faac;

typedef struct {
  GstBinClass bin_class;
} FaacClass;

G_DEFINE_TYPE(Faac, faac, GST_TYPE_BIN)

enum { PROP_BITRATE = 1 };

static void faac_set_property(GObject *object, guint id, const GValue *value,
                              GParamSpec *spec) {
  g_object_set_property(G_OBJECT(((Faac *)object)->encoder), spec->name, value);
}

static void faac_get_property(GObject *object, guint id, GValue *value,
                              GParamSpec *spec) {
  g_object_get_property(G_OBJECT(((Faac *)object)->encoder), spec->name, value);
}

static void faac_class_init(FaacClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS(klass);

  object_class->set_property = faac_set_property;
  object_class->get_property = faac_get_property;
  g_object_class_install_property(
      object_class, PROP_BITRATE,
      g_param_spec_int("bitrate", "Bitrate", "Bits per second", 0, 320000,
                       128000, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));

  gst_element_class_set_static_metadata(
      GST_ELEMENT_CLASS(klass), "AAC encoder", "Codec/Encoder/Audio",
      "voaacenc and aacparse under the name that egress asks for", "Reelroom");
}

static void faac_add_pad(Faac *self, const char *name, GstElement *target) {
  GstPad *pad = gst_element_get_static_pad(target, name);

  gst_element_add_pad(GST_ELEMENT(self), gst_ghost_pad_new(name, pad));
  gst_object_unref(pad);
}

static void faac_init(Faac *self) {
  GstElement *parser = gst_element_factory_make("aacparse", NULL);

  self->encoder = gst_element_factory_make("voaacenc", NULL);
  gst_bin_add_many(GST_BIN(self), self->encoder, parser, NULL);
  gst_element_link(self->encoder, parser);
  faac_add_pad(self, "sink", self->encoder);
  faac_add_pad(self, "src", parser);
}

static gboolean has_element(const char *name) {
  GstElementFactory *factory = gst_element_factory_find(name);

  if (factory == NULL) return FALSE;
  gst_object_unref(factory);
  return TRUE;
}

gboolean register_faac(void) {
  gst_init(NULL, NULL);
  return has_element("voaacenc") && has_element("aacparse") &&
         gst_element_register(NULL, "faac", GST_RANK_NONE, faac_get_type());
}
