import java.nio.ByteBuffer;

/** Seven bits a byte, the lowest first. */
final class Varint {
  private Varint() {}

  static void write(int value, ByteBuffer out) {
    while ((value & ~0x7F) != 0) {
      out.put((byte) (value | 0x80));
      value >>>= 7;
    }
    out.put((byte) value);
  }

  static int read(ByteBuffer in) {
    int value = 0;
    for (int shift = 0; ; shift += 7) {
      byte one = in.get();
      value |= (one & 0x7F) << shift;
      if (one >= 0) return value;
    }
  }
}
