import java.nio.ByteBuffer;
import java.util.Arrays;

/** Different hosts within a day: up to 64 exactly, by the hour; then by HyperLogLog in four panes of six hours. */
final class Hosts {
  private static final int EXACT = 64;
  private static final int PANES = 4;
  private static final int REGISTERS = 128;

  private final int[] hosts = new int[EXACT + 1];
  private final int[] hours = new int[EXACT + 1];
  private int count;
  private boolean isSketch;
  private int newest;
  private final byte[] sketch = new byte[PANES * REGISTERS];

  void clear() {
    count = 0;
    isSketch = false;
  }

  void add(int host, int time, int now) {
    int hour = time / 3_600;
    int current = now / 3_600;
    if (current - hour >= 24) return;
    forget(current);
    if (isSketch) {
      note(host, hour);
      return;
    }
    for (int place = 0; place < count; place++) {
      if (hosts[place] == host) {
        hours[place] = Math.max(hours[place], hour);
        return;
      }
    }
    hosts[count] = host;
    hours[count++] = hour;
    if (count <= EXACT) return;
    isSketch = true;
    newest = current / 6;
    Arrays.fill(sketch, (byte) 0);
    for (int place = 0; place < count; place++) note(hosts[place], hours[place]);
    count = 0;
  }

  int count(int now) {
    forget(now / 3_600);
    return isSketch ? estimate() : count;
  }

  private void forget(int current) {
    int kept = 0;
    for (int place = 0; place < count; place++) {
      if (current - hours[place] >= 24) continue;
      hosts[kept] = hosts[place];
      hours[kept++] = hours[place];
    }
    count = kept;
    if (!isSketch || current / 6 <= newest) return;
    for (int pane = Math.max(newest + 1, current / 6 - PANES + 1); pane <= current / 6; pane++) {
      int start = pane % PANES * REGISTERS;
      Arrays.fill(sketch, start, start + REGISTERS, (byte) 0);
    }
    newest = current / 6;
    isSketch = false;
    for (byte rank : sketch) isSketch |= rank != 0;
  }

  private void note(int host, int hour) {
    int pane = hour / 6;
    if (pane > newest || newest - pane >= PANES) return;
    long hash = (host + 1L) * 0x9E3779B97F4A7C15L;
    hash ^= hash >>> 32;
    int place = pane % PANES * REGISTERS + (int) (hash >>> 57);
    sketch[place] = (byte) Math.max(sketch[place], Long.numberOfLeadingZeros(hash << 7 | 0x40) + 1);
  }

  private int estimate() {
    double sum = 0;
    int empty = 0;
    for (int register = 0; register < REGISTERS; register++) {
      int rank = 0;
      for (int pane = 0; pane < PANES; pane++) rank = Math.max(rank, sketch[pane * REGISTERS + register]);
      sum += Math.scalb(1.0, -rank);
      if (rank == 0) empty++;
    }
    double raw = 0.7213 / (1 + 1.079 / REGISTERS) * REGISTERS * REGISTERS / sum;
    if (raw <= 2.5 * REGISTERS && empty > 0) raw = REGISTERS * Math.log((double) REGISTERS / empty);
    return (int) Math.floor(raw + 0.5);
  }

  void read(ByteBuffer in) {
    count = in.get();
    isSketch = count < 0;
    if (isSketch) {
      count = 0;
      newest = in.getInt();
      in.get(sketch);
    } else {
      for (int place = 0; place < count; place++) {
        hosts[place] = in.getInt();
        hours[place] = in.getInt();
      }
    }
  }

  void write(ByteBuffer out) {
    out.put((byte) (isSketch ? -1 : count));
    if (isSketch) {
      out.putInt(newest).put(sketch);
    } else {
      for (int place = 0; place < count; place++) out.putInt(hosts[place]).putInt(hours[place]);
    }
  }
}
