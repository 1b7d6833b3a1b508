internal import Events

extension Spectrum {
    /// One bit an element: above the median or not. Bit 0 is the first element and the last of the hexadecimal form.
    var hash: Digest256 {
        let median = median
        var hash = Digest256()
        withUnsafeMutableBytes(of: &hash) { bytes in
            for (bit, element) in elements.enumerated() where element > median {
                bytes[31 - bit / 8] |= 1 << UInt8(bit % 8)
            }
        }
        return hash
    }

    /// The lower median: the 128th of 256 elements by size, found by halving the range of values (Torben Mogensen).
    var median: Float {
        let half = (elements.count + 1) / 2
        var low = elements.min() ?? 0
        var high = elements.max() ?? 0
        while true {
            let guess = (low + high) / 2
            var (less, equal, greater) = (0, 0, 0)
            var nextLower = low
            var nextHigher = high
            for element in elements {
                if element < guess {
                    less += 1
                    nextLower = max(nextLower, element)
                } else if element > guess {
                    greater += 1
                    nextHigher = min(nextHigher, element)
                } else {
                    equal += 1
                }
            }
            if less <= half, greater <= half {
                return less >= half ? nextLower : less + equal >= half ? guess : nextHigher
            }
            if less > greater { high = nextLower } else { low = nextHigher }
        }
    }
}
