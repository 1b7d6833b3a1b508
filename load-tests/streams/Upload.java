import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.OffsetDateTime;

/** What the fold needs of an upload, by Jackson's streaming parser; one object, used again for each event. */
final class Upload {
  static final int MOST = 64;

  private final JsonFactory json = new JsonFactory();

  String source;
  String id;
  String account;
  boolean isLive;
  boolean isShare;
  /** Milliseconds since 1970; negative if the event has none. */
  long time;
  int stream;
  boolean hasText;
  int mediaCount;
  int linkCount;
  /** Of the first 256 letters; 0 if there are too few. */
  int text;
  final int[] digests = new int[MOST];
  int digestCount;
  final int[] hosts = new int[MOST];
  int hostCount;

  private int title;
  private boolean hasBody;
  private final byte[] letters = new byte[256];

  void read(byte[] value) throws IOException {
    source = id = account = null;
    isLive = isShare = hasText = hasBody = false;
    time = -1;
    stream = mediaCount = linkCount = text = title = digestCount = hostCount = 0;
    try (JsonParser parser = json.createParser(value)) {
      expect(parser.nextToken(), JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "type" -> {
            String type = parser.getText();
            isLive = type.equals("weir.live.segment.v1");
            isShare = type.equals("weir.share.created.v1");
          }
          case "source" -> source = parser.getText();
          case "id" -> id = parser.getText();
          case "time" -> time = milliseconds(parser.getText());
          case "data" -> readData(parser);
          default -> parser.skipChildren();
        }
      }
    }
    if (source == null || id == null || account == null) throw new IOException("is no upload");
    if (!hasBody) text = title;
  }

  private void readData(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "account" -> account = readId(parser);
        case "stream" -> stream = Hash.of(readId(parser));
        case "text" -> readText(parser);
        case "media" -> readMedia(parser);
        case "links" -> readLinks(parser);
        default -> parser.skipChildren();
      }
    }
  }

  private static String readId(JsonParser parser) throws IOException {
    String found = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isId = parser.currentName().equals("id");
      parser.nextToken();
      if (isId) found = parser.getText();
      else parser.skipChildren();
    }
    return found;
  }

  private void readText(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean isBody = parser.currentName().equals("body");
      boolean isTitle = parser.currentName().equals("title");
      if (parser.nextToken() != JsonToken.VALUE_STRING || !(isBody || isTitle)) {
        parser.skipChildren();
        continue;
      }
      hasText = true;
      hasBody |= isBody;
      int hash = skeleton(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
      if (isBody) text = hash;
      else title = hash;
    }
  }

  private void readMedia(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      mediaCount++;
      String sha256 = null;
      String md5 = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "sha256" -> sha256 = parser.getText();
          case "md5" -> md5 = parser.getText();
          default -> parser.skipChildren();
        }
      }
      String digest = sha256 != null ? sha256 : md5;
      if (digest != null && digestCount < MOST) digests[digestCount++] = Integer.parseUnsignedInt(digest, 0, 8, 16);
    }
  }

  private void readLinks(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.VALUE_STRING) {
      linkCount++;
      int host = host(parser.getText());
      if (host != 0 && hostCount < MOST) hosts[hostCount++] = host;
    }
  }

  /** From behind `//` and what names a user to the port or path; 0 if there is none. */
  private static int host(String link) {
    int slashes = link.indexOf("//");
    int start = slashes < 0 ? 0 : slashes + 2;
    int end = start;
    int at = -1;
    while (end < link.length() && "/?#\\".indexOf(link.charAt(end)) < 0) {
      if (link.charAt(end) == '@') at = end;
      end++;
    }
    if (at >= 0) start = at + 1;
    int colon = link.indexOf(':', start);
    if (colon >= 0 && colon < end) end = colon;
    return start == end ? 0 : Hash.of(link, start, end);
  }

  private int skeleton(char[] all, int start, int length) {
    int count = 0;
    for (int place = start; place < start + length && count < letters.length; place++) {
      char one = all[place];
      if (one >= 'A' && one <= 'Z') letters[count++] = (byte) (one | 0x20);
      else if (one >= 'a' && one <= 'z') letters[count++] = (byte) one;
      else if (one >= 0x80) {
        letters[count++] = (byte) (one >> 8);
        if (count < letters.length) letters[count++] = (byte) one;
      }
    }
    return count < 12 ? 0 : Hash.of(letters, count);
  }

  /** Of an RFC 3339 time; that of most events, with milliseconds in UTC, without a general parser. */
  private static long milliseconds(String text) {
    if (text.length() != 24 || text.charAt(23) != 'Z') return OffsetDateTime.parse(text).toInstant().toEpochMilli();
    long day = Days.since1970(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
    long second = number(text, 11, 13) * 3_600L + number(text, 14, 16) * 60L + number(text, 17, 19);
    return (day * 86_400 + second) * 1_000 + number(text, 20, 23);
  }

  private static int number(String text, int start, int end) {
    int value = 0;
    for (int place = start; place < end; place++) value = value * 10 + text.charAt(place) - '0';
    return value;
  }

  private static void expect(JsonToken found, JsonToken wanted) throws IOException {
    if (found != wanted) throw new IOException("expected " + wanted + ", not " + found);
  }
}
