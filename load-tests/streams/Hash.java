import java.nio.charset.StandardCharsets;

/** Hashes without a key: fewer instructions than Weir's SipHash, and no protection of names. */
final class Hash {
  private Hash() {}

  private static final long PRIME = 0x100000001B3L;
  private static final long BASIS = 0xCBF29CE484222325L;

  /** Never 0, which is none. */
  static int of(String text) {
    return text == null ? 0 : of(text, 0, text.length());
  }

  static int of(String text, int start, int end) {
    long hash = BASIS;
    for (int place = start; place < end; place++) {
      char one = text.charAt(place);
      if (one >= 'A' && one <= 'Z') one |= 0x20;
      hash = (hash ^ one) * PRIME;
    }
    return folded(hash);
  }

  static int of(byte[] bytes, int count) {
    long hash = BASIS;
    for (int place = 0; place < count; place++) hash = (hash ^ (bytes[place] & 0xFF)) * PRIME;
    return folded(hash);
  }

  /** Of an event's name, as the key of a store. */
  static byte[] name(String source, String id, byte[] account) {
    long hash = BASIS;
    for (int place = 0; place < source.length(); place++) hash = (hash ^ source.charAt(place)) * PRIME;
    for (int place = 0; place < id.length(); place++) hash = (hash ^ id.charAt(place)) * PRIME;
    for (byte one : account) hash = (hash ^ (one & 0xFF)) * PRIME;
    hash = mixed(hash);
    byte[] key = new byte[8];
    for (int place = 0; place < 8; place++) key[place] = (byte) (hash >>> 56 - 8 * place);
    return key;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int folded(long hash) {
    return Math.max(1, (int) (mixed(hash) >>> 33));
  }

  private static long mixed(long hash) {
    hash = (hash ^ hash >>> 33) * 0xFF51AFD7ED558CCDL;
    return hash ^ hash >>> 33;
  }
}
