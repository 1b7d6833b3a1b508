/** A verdict as JSON, as small as it comes or made as long as Weir's. */
final class Verdict {
  private static final String NAMES =
      ("rule policy findings degraded automated detection decision shadow fingerprints"
              + " supersedes uploaded received decided ")
          .repeat(40);

  private final int bytes;
  private final StringBuilder out = new StringBuilder(2_048);
  private int facts;

  /** With 0 as small as it comes. */
  Verdict(int bytes) {
    this.bytes = bytes;
  }

  void begin(Upload upload, String topic, int partition, long offset) {
    facts = 0;
    out.setLength(0);
    out.append("{\"specversion\":\"1.0\",\"type\":\"weir.verdict.v1\",\"source\":\"peer\",\"id\":\"");
    out.append(partition).append('-').append(offset).append("\",\"subject\":");
    quote(upload.id);
    out.append(",\"data\":{\"event\":");
    quote(upload.id);
    out.append(",\"account\":");
    quote(upload.account);
    out.append(",\"input\":{\"topic\":\"").append(topic).append("\",\"partition\":").append(partition);
    out.append(",\"offset\":").append(offset).append("},\"action\":\"allow\",\"findings\":[");
  }

  void report(String fact, long value) {
    if (facts++ > 0) out.append(',');
    out.append("{\"detector\":\"metadata.behaviour\",\"fact\":\"").append(fact).append("\",\"value\":");
    out.append(value).append('}');
  }

  /** `seed`: of the ids that fill it up. */
  byte[] finish(long seed) {
    out.append(']');
    int room = bytes - out.length() - 14;
    if (room >= 96) {
      out.append(",\"padding\":\"");
      long noise = seed * 0x9E3779B97F4A7C15L + 1;
      for (int word = 0; word < 4; word++) {
        noise = noise * 6364136223846793005L + 1442695040888963407L;
        String hex = Long.toHexString(noise);
        out.append("0".repeat(16 - hex.length())).append(hex);
      }
      out.append(NAMES, 0, Math.min(NAMES.length(), room - 64)).append('"');
    }
    return Hash.bytes(out.append("}}").toString());
  }

  private void quote(String text) {
    out.append('"');
    for (int place = 0; place < text.length(); place++) {
      char one = text.charAt(place);
      if (one == '"' || one == '\\') out.append('\\').append(one);
      else if (one < 0x20) out.append(String.format("\\u%04x", (int) one));
      else out.append(one);
    }
    out.append('"');
  }
}
