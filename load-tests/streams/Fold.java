import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** What `metadata.behaviour` does with its settings as they come, as docs/metadata.md defines it. */
final class Fold implements Processor<byte[], byte[], byte[], byte[]> {
  static final String ACCOUNTS = "accounts";
  static final String EVENTS = "events";

  private static final int DAY = 86_400;
  private static final int LATENESS = 600;
  private static final int AHEAD = 60;
  private static final int DORMANT_HOURS = 90 * 24;
  private static final int DORMANT_UPLOADS = 5;
  private static final int BURST_AT_LEAST = 30;
  private static final int BURST_TIMES = 6;
  private static final int HOSTS_AT_LEAST = 20;
  private static final int REPEATS_AT_LEAST = 5;
  private static final String[] BURSTS = {"text-burst", "media-burst", "link-burst", "live-burst"};
  /** The partition's time is kept among its accounts, so that it comes back with them. */
  private static final byte[] CLOCK = {0};

  private final Upload upload = new Upload();
  private final Account account = new Account();
  private final Verdict verdict;
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<byte[], byte[]> accounts;
  private KeyValueStore<byte[], byte[]> events;
  /** Milliseconds since 1970. */
  private long newest;

  Fold(int verdictBytes) {
    verdict = new Verdict(verdictBytes);
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    accounts = context.getStateStore(ACCOUNTS);
    events = context.getStateStore(EVENTS);
    byte[] clock = accounts.get(CLOCK);
    newest = clock == null ? Long.MIN_VALUE : ByteBuffer.wrap(clock).getLong();
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    try {
      upload.read(record.value());
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    var place = context.recordMetadata().orElseThrow();
    verdict.begin(upload, place.topic(), place.partition(), place.offset());
    judge(record.timestamp(), place.offset());
    context.forward(record.withKey(Hash.bytes(upload.id)).withValue(verdict.finish(place.offset())));
  }

  private void judge(long written, long offset) {
    long time = upload.time < 0 ? written : upload.time;
    long ahead = (time - written) / 1_000;
    if (ahead > AHEAD) {
      time = written;
      verdict.report("future-clock", ahead);
    }
    long late = newest == Long.MIN_VALUE ? 0 : (newest - time) / 1_000;
    boolean isLate = late > LATENESS;
    if (!isLate && time > newest) {
      newest = time;
      accounts.put(CLOCK, ByteBuffer.allocate(8).putLong(newest).array());
    }
    int second = (int) (time / 1_000);
    byte[] key = Hash.bytes(upload.account);
    byte[] name = Hash.name(upload.source, upload.id, key);
    byte[] known = events.get(name);
    if (known != null) {
      ByteBuffer before = ByteBuffer.wrap(known);
      long first = before.getLong();
      if (Math.abs(second - before.getInt()) < DAY) {
        verdict.report("duplicate", first);
        return;
      }
    }
    events.put(name, ByteBuffer.allocate(12).putLong(offset).putInt(second).array());
    if (isLate) {
      verdict.report("late-event", late);
      return;
    }
    byte[] old = accounts.get(key);
    if (old == null) {
      account.begin(second);
    } else {
      account.read(old);
      if (second - account.last >= DAY) {
        account.wokeAfter = (second - account.last) / 3_600;
        account.wokeAt = second;
      }
    }
    account.advance(second);
    count(second);
    accounts.put(key, account.written());
  }

  private void count(int time) {
    int now = account.last;
    boolean isFirstStream = false;
    if (upload.isLive) {
      if (account.lastWeek(Account.LIVE) == 0) account.stream = upload.stream;
      isFirstStream = account.stream == upload.stream;
    }
    int[] amounts = {upload.hasText ? 1 : 0, upload.mediaCount, upload.linkCount, upload.isLive ? 1 : 0};
    for (int kind = 0; kind < Account.KINDS; kind++) {
      if (amounts[kind] > 0) account.add(kind, amounts[kind], time);
    }
    dormancy(now);
    velocity(amounts);
    if (upload.linkCount > 0) {
      for (int place = 0; place < upload.hostCount; place++) account.hosts.add(upload.hosts[place], time, now);
      int hosts = account.hosts.count(now);
      if (hosts >= HOSTS_AT_LEAST) verdict.report("many-hosts", hosts);
    }
    if (!upload.isShare) repetition(now);
    if (isFirstStream) verdict.report("first-stream", Math.max(0, now - account.first) / 3_600);
  }

  private void dormancy(int now) {
    if (account.wokeAfter < DORMANT_HOURS || now - account.wokeAt >= DAY) return;
    int uploads = 0;
    for (int kind = 0; kind < Account.KINDS; kind++) uploads += account.lastHour(kind);
    if (uploads >= DORMANT_UPLOADS) verdict.report("dormant-account-active", account.wokeAfter / 24);
  }

  private void velocity(int[] amounts) {
    for (int kind = 0; kind < Account.KINDS; kind++) {
      if (amounts[kind] == 0) continue;
      long hour = account.lastHour(kind);
      if (hour < BURST_AT_LEAST) continue;
      long before = Math.max(0, account.lastWeek(kind) - hour);
      if (hour * 167 >= BURST_TIMES * Math.max(167, before)) verdict.report(BURSTS[kind], hour);
    }
  }

  private void repetition(int now) {
    int often = upload.text == 0 ? 0 : account.texts.add(upload.text, now);
    if (often >= REPEATS_AT_LEAST) verdict.report("repeated-text", often);
    often = 0;
    for (int place = 0; place < upload.digestCount; place++) {
      often = Math.max(often, account.media.add(upload.digests[place], now));
    }
    if (often >= REPEATS_AT_LEAST) verdict.report("repeated-media", often);
  }
}
