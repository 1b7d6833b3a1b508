import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;

/** Room for all that a run keeps, so that disks decide as little as they can. */
public final class Rocks implements RocksDBConfigSetter {
  private static final LRUCache CACHE = new LRUCache(512L << 20);
  private static final BloomFilter FILTER = new BloomFilter();

  @Override
  public void setConfig(String store, Options options, Map<String, Object> configs) {
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(CACHE);
    table.setFilterPolicy(FILTER);
    options.setTableFormatConfig(table);
    options.setWriteBufferSize(64L << 20);
    options.setMaxWriteBufferNumber(3);
    options.setIncreaseParallelism(2);
  }

  @Override
  public void close(String store, Options options) {}
}
