import java.nio.ByteBuffer;

/** What is known of an account: decoded from its record, changed, and written again; one object for all. */
final class Account {
  static final int TEXT = 0;
  static final int MEDIA = 1;
  static final int LINKS = 2;
  static final int LIVE = 3;
  static final int KINDS = 4;
  private static final int HOUR = 12;
  private static final int WEEK = 7;
  /** A pane counts to this and no further, as Weir's. */
  private static final int MOST = 65_535;

  /** Seconds since 1970. */
  int first;
  int last;
  /** When it came back last, and the hours that it had been away. */
  int wokeAt;
  int wokeAfter;
  int stream;
  /** By kind and pane, the newest pane last. */
  final int[] counts = new int[KINDS * (HOUR + WEEK)];
  final Hosts hosts = new Hosts();
  final Repeats texts = new Repeats();
  final Repeats media = new Repeats();

  private final ByteBuffer buffer = ByteBuffer.allocate(4_096);

  void begin(int time) {
    first = last = time;
    wokeAt = wokeAfter = stream = 0;
    java.util.Arrays.fill(counts, 0);
    hosts.clear();
    texts.clear();
    media.clear();
  }

  void read(byte[] record) {
    ByteBuffer in = ByteBuffer.wrap(record);
    first = in.getInt();
    last = in.getInt();
    wokeAt = in.getInt();
    wokeAfter = in.getInt();
    stream = in.getInt();
    // Which kinds have counts, then a bit for each pane of them that has any.
    java.util.Arrays.fill(counts, 0);
    int kinds = in.get();
    for (int kind = 0; kind < KINDS; kind++) {
      if ((kinds & 1 << kind) == 0) continue;
      int panes = in.getInt();
      for (int place = kind * (HOUR + WEEK); panes != 0; panes >>>= 1, place++) {
        if ((panes & 1) != 0) counts[place] = Varint.read(in);
      }
    }
    hosts.read(in);
    texts.read(in);
    media.read(in);
  }

  byte[] written() {
    ByteBuffer out = buffer.clear();
    out.putInt(first).putInt(last).putInt(wokeAt).putInt(wokeAfter).putInt(stream);
    int kindsAt = out.position();
    out.put((byte) 0);
    int kinds = 0;
    for (int kind = 0; kind < KINDS; kind++) {
      int panes = 0;
      int start = kind * (HOUR + WEEK);
      for (int place = 0; place < HOUR + WEEK; place++) if (counts[start + place] != 0) panes |= 1 << place;
      if (panes == 0) continue;
      kinds |= 1 << kind;
      out.putInt(panes);
      for (int place = 0; place < HOUR + WEEK; place++) {
        if (counts[start + place] != 0) Varint.write(counts[start + place], out);
      }
    }
    out.put(kindsAt, (byte) kinds);
    hosts.write(out);
    texts.write(out);
    media.write(out);
    byte[] record = new byte[out.position()];
    out.flip().get(record);
    return record;
  }

  /** Moves the account's time on, and its panes with it. */
  void advance(int time) {
    if (time <= last) return;
    int hours = time / 300 - last / 300;
    int days = time / 86_400 - last / 86_400;
    if (hours > 0 || days > 0) {
      for (int kind = 0; kind < KINDS; kind++) {
        shift(kind * (HOUR + WEEK), HOUR, hours);
        shift(kind * (HOUR + WEEK) + HOUR, WEEK, days);
      }
    }
    last = time;
  }

  private void shift(int start, int panes, int by) {
    if (by <= 0) return;
    int kept = Math.max(0, panes - by);
    if (kept > 0) System.arraycopy(counts, start + by, counts, start, kept);
    java.util.Arrays.fill(counts, start + kept, start + panes, 0);
  }

  void add(int kind, int amount, int time) {
    int start = kind * (HOUR + WEEK);
    int hour = HOUR - 1 - (last / 300 - time / 300);
    int day = WEEK - 1 - (last / 86_400 - time / 86_400);
    if (hour >= 0) counts[start + hour] = Math.min(counts[start + hour] + amount, MOST);
    if (day >= 0) counts[start + HOUR + day] = Math.min(counts[start + HOUR + day] + amount, MOST);
  }

  int lastHour(int kind) {
    return sum(kind * (HOUR + WEEK), HOUR);
  }

  int lastWeek(int kind) {
    return sum(kind * (HOUR + WEEK) + HOUR, WEEK);
  }

  private int sum(int start, int count) {
    int sum = 0;
    for (int place = start; place < start + count; place++) sum += counts[place];
    return sum;
  }
}
