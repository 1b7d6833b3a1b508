// The peer in C: a loop on librdkafka that reads uploads, judges them by known hashes and writes verdicts, exactly once.
//
// What a capable engineer would write for this one job and no other: one consumer, one transactional producer, batches,
// a transaction every so many milliseconds. On any failure it ends; what is not committed is done again.

#include <librdkafka/rdkafka.h>

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 1000, MOST_KNOWN = 64, MOST_PARTITIONS = 64, HASH = 64, MOST_VERDICT = 16384 };

static volatile sig_atomic_t stopping;

static void stop(int number) {
  (void)number;
  stopping = 1;
}

static void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("loop: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// JSON: a scanner that knows its way through a value and keeps only the fields that are needed.

struct text {
  const char *start;
  int size;
};

struct upload {
  struct text id, account, hash;
};

struct cursor {
  const char *at, *end;
};

// Where in the event the cursor is.
enum place { ELSEWHERE, EVENT, DATA, ACCOUNT, MEDIA_LIST, MEDIA };

static bool scan(struct cursor *cursor, enum place place, struct upload *upload, int depth);

static void skip_space(struct cursor *cursor) {
  while (cursor->at < cursor->end && strchr(" \t\r\n", *cursor->at)) cursor->at++;
}

static bool take(struct cursor *cursor, char wanted) {
  skip_space(cursor);
  if (cursor->at >= cursor->end || *cursor->at != wanted) return false;
  cursor->at++;
  return true;
}

static bool scan_string(struct cursor *cursor, struct text *text) {
  if (!take(cursor, '"')) return false;
  text->start = cursor->at;
  while (cursor->at < cursor->end && *cursor->at != '"') cursor->at += *cursor->at == '\\' ? 2 : 1;
  if (cursor->at >= cursor->end) return false;
  text->size = (int)(cursor->at++ - text->start);
  return true;
}

static bool is(const struct text *text, const char *name) {
  return (size_t)text->size == strlen(name) && memcmp(text->start, name, (size_t)text->size) == 0;
}

static enum place inside(enum place place, const struct text *key) {
  if (place == EVENT && is(key, "data")) return DATA;
  if (place == DATA && is(key, "account")) return ACCOUNT;
  if (place == DATA && is(key, "media")) return MEDIA_LIST;
  return ELSEWHERE;
}

static struct text *field(enum place place, const struct text *key, struct upload *upload) {
  if (place == EVENT && is(key, "id")) return &upload->id;
  if (place == ACCOUNT && is(key, "id")) return &upload->account;
  if (place == MEDIA && is(key, "sha256")) return &upload->hash;
  return NULL;
}

static bool scan_object(struct cursor *cursor, enum place place, struct upload *upload, int depth) {
  cursor->at++;
  if (take(cursor, '}')) return true;
  do {
    struct text key;
    if (!scan_string(cursor, &key) || !take(cursor, ':')) return false;
    struct text *wanted = field(place, &key, upload);
    if (wanted ? !scan_string(cursor, wanted) : !scan(cursor, inside(place, &key), upload, depth + 1)) return false;
  } while (take(cursor, ','));
  return take(cursor, '}');
}

static bool scan_list(struct cursor *cursor, enum place place, struct upload *upload, int depth) {
  cursor->at++;
  if (take(cursor, ']')) return true;
  do {
    if (!scan(cursor, place == MEDIA_LIST ? MEDIA : ELSEWHERE, upload, depth + 1)) return false;
  } while (take(cursor, ','));
  return take(cursor, ']');
}

static bool scan(struct cursor *cursor, enum place place, struct upload *upload, int depth) {
  struct text ignored;
  skip_space(cursor);
  if (cursor->at >= cursor->end || depth > 32) return false;
  switch (*cursor->at) {
  case '{': return scan_object(cursor, place, upload, depth);
  case '[': return scan_list(cursor, place, upload, depth);
  case '"': return scan_string(cursor, &ignored);
  default:
    while (cursor->at < cursor->end && !strchr(",]} \t\r\n", *cursor->at)) cursor->at++;
    return true;
  }
}

// The job.

struct settings {
  const char *input, *audit, *enforcement, *signals;
  int commit_milliseconds;
  int verdict_bytes; // 0: as small as it comes
};

struct loop {
  struct settings settings;
  rd_kafka_t *consumer, *producer;
  rd_kafka_topic_t *audit, *enforcement;
  char known[MOST_KNOWN][HASH];
  int known_count;
  int64_t next[MOST_PARTITIONS]; // the offset to go on from; -1: nothing read
  char verdict[MOST_VERDICT + 1];
};

static void read_signals(struct loop *loop) {
  FILE *file = fopen(loop->settings.signals, "r");
  if (!file) fail("can't read %s", loop->settings.signals);
  char line[1024];
  while (fgets(line, sizeof line, file) && loop->known_count < MOST_KNOWN) {
    const char *value = strstr(line, "\"value\":\"");
    if (value && strlen(value) > 9 + HASH) memcpy(loop->known[loop->known_count++], value + 9, HASH);
  }
  fclose(file);
}

static bool is_known(const struct loop *loop, const struct text *hash) {
  if (hash->size != HASH) return false;
  for (int n = 0; n < loop->known_count; n++)
    if (memcmp(loop->known[n], hash->start, HASH) == 0) return true;
  return false;
}

// Makes a verdict as long as is wanted, of bytes that compress about as a verdict's do: some ids, and names that repeat.
static int pad(struct loop *loop, int size, int64_t seed) {
  static const char names[] = "rule policy findings degraded automated detection decision shadow fingerprints "
                              "supersedes uploaded received decided ";
  int wanted = loop->settings.verdict_bytes;
  if (wanted > MOST_VERDICT) wanted = MOST_VERDICT;
  if (wanted < size + 96) return size;
  uint64_t noise = (uint64_t)seed * 0x9E3779B97F4A7C15u + 1;
  size += sprintf(loop->verdict + size, ",\"padding\":\"");
  for (int n = 0; n < 4; n++, noise = noise * 6364136223846793005u + 1442695040888963407u)
    size += sprintf(loop->verdict + size, "%016" PRIx64, noise);
  for (int n = 0; size < wanted - 3; n++) loop->verdict[size++] = names[n % (int)(sizeof names - 1)];
  loop->verdict[size++] = '"';
  return size;
}

static int write_verdict(struct loop *loop, const rd_kafka_message_t *message, const struct upload *upload, bool known) {
  int size = snprintf(
      loop->verdict, sizeof loop->verdict,
      "{\"specversion\":\"1.0\",\"type\":\"weir.verdict.v1\",\"source\":\"peer\",\"id\":\"%" PRId32 "-%" PRId64
      "\",\"subject\":\"%.*s\",\"event\":\"%.*s\",\"account\":\"%.*s\",\"action\":\"%s\"",
      message->partition, message->offset, upload->id.size, upload->id.start, upload->id.size, upload->id.start,
      upload->account.size, upload->account.start, known ? "remove" : "allow");
  if (size < 0 || size > MOST_VERDICT - 256) fail("an id is too long");
  size = pad(loop, size, message->offset);
  loop->verdict[size++] = '}';
  return size;
}

static void produce(struct loop *loop, rd_kafka_topic_t *topic, int size, const struct text *key) {
  while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, loop->verdict, (size_t)size, key->start,
                          (size_t)key->size, NULL) != 0) {
    if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL)
      fail("produce: %s", rd_kafka_err2str(rd_kafka_last_error()));
    rd_kafka_poll(loop->producer, 5);
  }
}

static void judge(struct loop *loop, const rd_kafka_message_t *message) {
  struct upload upload = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
  struct cursor cursor = {message->payload, (const char *)message->payload + message->len};
  if (message->partition >= MOST_PARTITIONS) fail("more than %d partitions", MOST_PARTITIONS);
  if (!scan(&cursor, EVENT, &upload, 0) || !upload.id.size || !upload.account.size)
    fail("partition %" PRId32 ", offset %" PRId64 ": no upload", message->partition, message->offset);
  bool known = is_known(loop, &upload.hash);
  int size = write_verdict(loop, message, &upload, known);
  produce(loop, loop->audit, size, &upload.id);
  if (known) produce(loop, loop->enforcement, size, &upload.id);
  loop->next[message->partition] = message->offset + 1;
}

static void check(rd_kafka_error_t *error, const char *what) {
  if (error) fail("%s: %s", what, rd_kafka_error_string(error));
}

static void commit(struct loop *loop) {
  rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(MOST_PARTITIONS);
  for (int partition = 0; partition < MOST_PARTITIONS; partition++)
    if (loop->next[partition] >= 0)
      rd_kafka_topic_partition_list_add(offsets, loop->settings.input, partition)->offset = loop->next[partition];
  rd_kafka_consumer_group_metadata_t *metadata = rd_kafka_consumer_group_metadata(loop->consumer);
  check(rd_kafka_send_offsets_to_transaction(loop->producer, offsets, metadata, -1), "send offsets");
  check(rd_kafka_commit_transaction(loop->producer, -1), "commit");
  rd_kafka_consumer_group_metadata_destroy(metadata);
  rd_kafka_topic_partition_list_destroy(offsets);
}

static void run(struct loop *loop) {
  static rd_kafka_message_t *messages[BATCH];
  rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(loop->consumer);
  int64_t opened = 0;
  while (!stopping) {
    ssize_t count = rd_kafka_consume_batch_queue(queue, 5, messages, BATCH);
    if (count < 0) fail("consume: %s", rd_kafka_err2str(rd_kafka_last_error()));
    for (ssize_t n = 0; n < count; n++) {
      if (messages[n]->err) fail("consume: %s", rd_kafka_message_errstr(messages[n]));
      if (!opened) {
        check(rd_kafka_begin_transaction(loop->producer), "begin");
        opened = milliseconds();
      }
      judge(loop, messages[n]);
      rd_kafka_message_destroy(messages[n]);
    }
    rd_kafka_poll(loop->producer, 0);
    if (opened && milliseconds() - opened >= loop->settings.commit_milliseconds) {
      commit(loop);
      opened = 0;
    }
  }
  if (opened) commit(loop);
  rd_kafka_queue_destroy(queue);
}

// The command line.

static void set(rd_kafka_conf_t *conf, const char *property) {
  char name[128], reason[512];
  const char *equals = strchr(property, '=');
  if (!equals || (size_t)(equals - property) >= sizeof name) fail("%s: should be name=value", property);
  memcpy(name, property, (size_t)(equals - property));
  name[equals - property] = '\0';
  if (rd_kafka_conf_set(conf, name, equals + 1, reason, sizeof reason) != RD_KAFKA_CONF_OK) fail("%s", reason);
}

static rd_kafka_t *client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
  char reason[512];
  rd_kafka_t *client = rd_kafka_new(type, conf, reason, sizeof reason);
  if (!client) fail("%s", reason);
  return client;
}

static rd_kafka_topic_t *topic(rd_kafka_t *producer, const char *name) {
  rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, name, NULL);
  if (!topic) fail("topic %s: %s", name, rd_kafka_err2str(rd_kafka_last_error()));
  return topic;
}

static void subscribe(struct loop *loop) {
  rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(topics, loop->settings.input, RD_KAFKA_PARTITION_UA);
  rd_kafka_resp_err_t code = rd_kafka_subscribe(loop->consumer, topics);
  if (code) fail("subscribe: %s", rd_kafka_err2str(code));
  rd_kafka_topic_partition_list_destroy(topics);
}

int main(int count, char **words) {
  static struct loop loop;
  rd_kafka_conf_t *consumer = rd_kafka_conf_new(), *producer = rd_kafka_conf_new();
  for (int n = 1; n + 1 < count; n += 2) {
    const char *option = words[n], *value = words[n + 1];
    if (!strcmp(option, "--input")) loop.settings.input = value;
    else if (!strcmp(option, "--audit")) loop.settings.audit = value;
    else if (!strcmp(option, "--enforcement")) loop.settings.enforcement = value;
    else if (!strcmp(option, "--signals")) loop.settings.signals = value;
    else if (!strcmp(option, "--commit-milliseconds")) loop.settings.commit_milliseconds = atoi(value);
    else if (!strcmp(option, "--verdict-bytes")) loop.settings.verdict_bytes = atoi(value);
    else if (!strcmp(option, "--consumer")) set(consumer, value);
    else if (!strcmp(option, "--producer")) set(producer, value);
    else fail("unknown option %s", option);
  }
  if (!loop.settings.input || !loop.settings.audit || !loop.settings.enforcement || !loop.settings.signals)
    fail("--input, --audit, --enforcement and --signals are needed");
  signal(SIGTERM, stop);
  memset(loop.next, -1, sizeof loop.next);
  read_signals(&loop);
  loop.producer = client(RD_KAFKA_PRODUCER, producer);
  check(rd_kafka_init_transactions(loop.producer, 30000), "init transactions");
  loop.audit = topic(loop.producer, loop.settings.audit);
  loop.enforcement = topic(loop.producer, loop.settings.enforcement);
  loop.consumer = client(RD_KAFKA_CONSUMER, consumer);
  rd_kafka_poll_set_consumer(loop.consumer);
  subscribe(&loop);
  run(&loop);
  rd_kafka_topic_destroy(loop.audit);
  rd_kafka_topic_destroy(loop.enforcement);
  rd_kafka_consumer_close(loop.consumer);
  rd_kafka_destroy(loop.consumer);
  rd_kafka_destroy(loop.producer);
  return 0;
}
