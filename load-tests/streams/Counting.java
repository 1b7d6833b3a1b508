import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The peer: the same counting job in Kafka Streams, exactly once, with RocksDB stores and their changelogs. */
final class Counting {
  private static final Serde<byte[]> BYTES = Serdes.ByteArray();

  private Counting() {}

  public static void main(String[] arguments) {
    Map<String, String> options = new HashMap<>();
    for (int place = 0; place + 1 < arguments.length; place += 2) options.put(arguments[place], arguments[place + 1]);
    int verdictBytes = Integer.parseInt(options.getOrDefault("--verdict-bytes", "0"));

    Topology topology = new Topology();
    topology.addSource("uploads", BYTES.deserializer(), BYTES.deserializer(), options.get("--input"));
    topology.addProcessor("fold", () -> new Fold(verdictBytes), "uploads");
    // Cached, so that of one account a transaction writes the last state alone. Events come once each, mostly.
    topology.addStateStore(store(Fold.ACCOUNTS).withCachingEnabled(), "fold");
    topology.addStateStore(store(Fold.EVENTS).withCachingDisabled(), "fold");
    topology.addSink("audit", options.get("--audit"), BYTES.serializer(), BYTES.serializer(), "fold");

    KafkaStreams streams = new KafkaStreams(topology, properties(options));
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          return StreamThreadExceptionResponse.SHUTDOWN_APPLICATION;
        });
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }

  private static StoreBuilder<KeyValueStore<byte[], byte[]>> store(String name) {
    return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), BYTES, BYTES)
        .withLoggingEnabled(Map.of());
  }

  private static Properties properties(Map<String, String> options) {
    Properties all = new Properties();
    all.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, options.get("--bootstrap"));
    all.put(StreamsConfig.APPLICATION_ID_CONFIG, options.get("--application"));
    all.put(StreamsConfig.STATE_DIR_CONFIG, options.get("--state"));
    all.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, options.get("--commit-milliseconds"));
    all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, options.get("--threads"));
    all.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 256L << 20);
    all.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, Rocks.class);
    all.put(StreamsConfig.METRICS_RECORDING_LEVEL_CONFIG, "INFO");
    all.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    all.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5_000);
    all.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG), 64 << 20);
    all.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 8 << 20);
    all.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 20_000);
    all.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
    all.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 1_000_000);
    all.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 256L << 20);
    all.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    all.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 15_000);
    return all;
  }
}
