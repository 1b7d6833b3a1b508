import CRdkafka
import Testing

@testable import Kafka

struct PartitionListTests {
    /// The library copies metadata by its size and sends it up to a zero: one that is not copied along would let it send
    /// what happens to stand behind (seen: a group's metadata with bytes of something else at its end).
    @Test(arguments: ["", "x", "weir-0 by member weir-0-8a2b"])
    func metadataEndWithAZeroInTheLibrarysCopies(_ text: String) throws {
        let list = PartitionList([TopicPartition("uploads", 0): 7, TopicPartition("uploads", 1): 8], metadata: text)
        let copy = try #require(rd_kafka_topic_partition_list_copy(list.pointer))
        defer { rd_kafka_topic_partition_list_destroy(copy) }
        #expect(copy.pointee.cnt == 2)
        for index in 0..<Int(copy.pointee.cnt) {
            let element = copy.pointee.elems[index]
            let bytes = UnsafeRawBufferPointer(start: element.metadata, count: element.metadata_size)
            #expect(Array(bytes) == Array(text.utf8) + [0])
        }
    }
}
