import java.nio.ByteBuffer;

/** How often each of the eight things was posted that came last, with less than a day between two times. */
final class Repeats {
  private static final int MOST = 8;

  /** The one that was posted last comes last. */
  private final int[] things = new int[MOST];
  private final int[] times = new int[MOST];
  private final int[] hours = new int[MOST];
  private int count;

  void clear() {
    count = 0;
  }

  /** How often, this time included. */
  int add(int thing, int now) {
    int hour = now / 3_600;
    int often = 1;
    int kept = 0;
    for (int place = 0; place < count; place++) {
      if (hour - hours[place] >= 24) continue;
      if (things[place] == thing) {
        often = times[place] + 1;
        continue;
      }
      move(place, kept++);
    }
    if (kept == MOST) {
      for (int place = 1; place < MOST; place++) move(place, place - 1);
      kept--;
    }
    things[kept] = thing;
    times[kept] = often;
    hours[kept] = hour;
    count = kept + 1;
    return often;
  }

  private void move(int from, int to) {
    things[to] = things[from];
    times[to] = times[from];
    hours[to] = hours[from];
  }

  void read(ByteBuffer in) {
    count = in.get();
    for (int place = 0; place < count; place++) {
      things[place] = in.getInt();
      times[place] = Varint.read(in);
      hours[place] = in.getInt();
    }
  }

  void write(ByteBuffer out) {
    out.put((byte) count);
    for (int place = 0; place < count; place++) {
      out.putInt(things[place]);
      Varint.write(times[place], out);
      out.putInt(hours[place]);
    }
  }
}
