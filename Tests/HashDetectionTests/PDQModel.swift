import Events
import Foundation

/// PDQ step by step as its publication and reference describe it, in whole buffers, one element after another.
struct PDQModel {
    let rows: Int
    let columns: Int
    /// Brightness, row by row.
    var buffer: [Float]

    init(width: Int, height: Int, channels: Int, bytes: [UInt8]) {
        rows = height
        columns = width
        buffer = (0..<width * height).map { place in
            guard channels == 3 else { return Float(bytes[place]) }
            let red = 0.299 * Double(bytes[place * 3])
            let green = 0.587 * Double(bytes[place * 3 + 1])
            let blue = 0.114 * Double(bytes[place * 3 + 2])
            return Float(red + green + blue)
        }
    }

    /// 64 × 64 elements.
    func grid(isTakenAsItIs: Bool) -> [Float] {
        if isTakenAsItIs, rows == 64, columns == 64 { return buffer }
        var current = buffer
        for _ in 0..<2 {
            var along = current
            for row in 0..<rows {
                box(current, &along, start: row * columns, length: columns, stride: 1, window: (columns + 127) / 128)
            }
            for column in 0..<columns {
                box(along, &current, start: column, length: rows, stride: columns, window: (rows + 127) / 128)
            }
        }
        return (0..<64 * 64).map { place in
            let row = Int((Double(place / 64) + 0.5) * Double(rows) / 64)
            let column = Int((Double(place % 64) + 0.5) * Double(columns) / 64)
            return current[row * columns + column]
        }
    }

    private func box(
        _ from: [Float], _ to: inout [Float], start: Int, length: Int, stride: Int, window: Int
    ) {
        let half = (window + 2) / 2
        var (left, right, out) = (start, start, start)
        var sum: Float = 0
        var count = 0
        for _ in 0..<half - 1 {
            sum += from[right]
            count += 1
            right += stride
        }
        for _ in 0..<window - half + 1 {
            sum += from[right]
            count += 1
            to[out] = sum / Float(count)
            right += stride
            out += stride
        }
        for _ in 0..<length - window {
            sum += from[right]
            sum -= from[left]
            to[out] = sum / Float(count)
            left += stride
            right += stride
            out += stride
        }
        for _ in 0..<half - 1 {
            sum -= from[left]
            count -= 1
            to[out] = sum / Float(count)
            left += stride
            out += stride
        }
    }

    static func quality(_ grid: [Float]) -> Int {
        var total = 0
        for row in 0..<64 {
            for column in 0..<64 {
                let element = grid[row * 64 + column]
                if row < 63 { total += abs(Int((element - grid[row * 64 + 64 + column]) * 100 / 255)) }
                if column < 63 { total += abs(Int((element - grid[row * 64 + column + 1]) * 100 / 255)) }
            }
        }
        return min(100, total / 90)
    }

    /// 16 × 16 elements: D A Dᵀ.
    static func spectrum(_ grid: [Float]) -> [Float] {
        func cosine(_ frequency: Int, _ place: Int) -> Float {
            Float(
                Double(Float((2.0 / 64).squareRoot()))
                    * cos(Double.pi / 2 / 64 * Double(frequency + 1) * Double(2 * place + 1)))
        }
        var half = [Float](repeating: 0, count: 16 * 64)
        for row in 0..<16 {
            for column in 0..<64 {
                for index in 0..<64 { half[row * 64 + column] += cosine(row, index) * grid[index * 64 + column] }
            }
        }
        var spectrum = [Float](repeating: 0, count: 256)
        for row in 0..<16 {
            for column in 0..<16 {
                for index in 0..<64 { spectrum[row * 16 + column] += cosine(column, index) * half[row * 64 + index] }
            }
        }
        return spectrum
    }

    /// Hexadecimal, bit 255 first.
    static func hash(_ spectrum: [Float]) -> String {
        let median = spectrum.sorted()[127]
        let words = (0..<16).map { word in
            (0..<16).reduce(0) { $0 | (spectrum[word * 16 + $1] > median ? 1 << $1 : 0) }
        }
        return words.reversed().map { String(format: "%04x", $0) }.joined()
    }
}
