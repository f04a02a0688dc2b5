import ConvNet
import Testing

@Suite struct TensorArithmeticTests {
    /// Small whole numbers, so that every sum, difference and product is exact.
    private func numbers(_ shape: [Int], from first: Int) -> Tensor {
        let count = shape.reduce(1, *)
        return Tensor(shape: shape, scalars: (0..<count).map { Float(($0 * 7 + first) % 13 - 5) })
    }

    /// Broadcasting as NumPy defines it, one output element at a time.
    private func reference(
        _ a: Tensor, _ b: Tensor, shape: [Int], _ operation: (Float, Float) -> Float
    ) -> [Float] {
        func element(_ x: Tensor, at index: [Int]) -> Float {
            var offset = 0
            for (length, position) in zip(x.shape, index.suffix(x.rank)) {
                offset = offset * length + (length == 1 ? 0 : position)
            }
            return x.scalars[offset]
        }
        return (0..<shape.reduce(1, *)).map { number in
            var rest = number
            var index = [Int](repeating: 0, count: shape.count)
            for axis in shape.indices.reversed() {
                index[axis] = rest % shape[axis]
                rest /= shape[axis]
            }
            return operation(element(a, at: index), element(b, at: index))
        }
    }

    private static let broadcastShapes: [([Int], [Int], [Int])] = [
        ([2, 3], [2, 3], [2, 3]), ([2, 3], [3], [2, 3]), ([3], [2, 3], [2, 3]), ([2, 3], [2, 1], [2, 3]),
        ([2, 1], [1, 3], [2, 3]), ([2, 1], [3], [2, 3]), ([], [2, 2], [2, 2]), ([2, 2], [], [2, 2]), ([], [], []),
        ([1, 1], [3], [1, 3]), ([4, 1, 3], [2, 1], [4, 2, 3]), ([2, 3, 4, 5], [4, 5], [2, 3, 4, 5]),
        ([2, 3, 4, 5], [3, 1, 5], [2, 3, 4, 5]), ([1, 3, 1, 5], [2, 1, 4, 1], [2, 3, 4, 5]),
        ([2, 3, 1, 1], [2, 1, 4, 5], [2, 3, 4, 5]), ([5, 1, 1, 2], [1, 1, 2], [5, 1, 1, 2]), ([0, 3], [3], [0, 3]),
        ([2, 0], [2, 1], [2, 0]), ([1], [0], [0]),
    ]

    @Test(arguments: broadcastShapes)
    func broadcasts(shapeA: [Int], shapeB: [Int], shape: [Int]) {
        let (a, b) = (numbers(shapeA, from: 0), numbers(shapeB, from: 3) * 2 + 1)
        #expect((a + b).shape == shape)
        #expect((a + b).scalars == reference(a, b, shape: shape, +))
        #expect((a - b).scalars == reference(a, b, shape: shape, -))
        #expect((a * b).scalars == reference(a, b, shape: shape, *))
        #expect((a / b).scalars == reference(a, b, shape: shape, /))
        guard shapeA == shape else { return }
        var c = a
        c += b
        #expect(c == a + b)
        c -= b
        #expect(c == a)
        c *= b
        #expect(c == a * b)
        c = a
        c /= b
        #expect(c == a / b)
    }

    @Test func combinesWithNumbers() {
        let x = Tensor([1, 2, 4])
        #expect((x + 1).scalars == [2, 3, 5])
        #expect((1 + x).scalars == [2, 3, 5])
        #expect((x - 1).scalars == [0, 1, 3])
        #expect((1 - x).scalars == [0, -1, -3])
        #expect((x * 3).scalars == [3, 6, 12])
        #expect((3 * x).scalars == [3, 6, 12])
        #expect((x / 2).scalars == [0.5, 1, 2])
        #expect((4 / x).scalars == [4, 2, 1])
        #expect((-x).scalars == [-1, -2, -4])
        var y = x
        y += 2
        y *= 3
        y -= 3
        y /= 2
        #expect(y.scalars == [3, 4.5, 7.5])
        #expect(x.scalars == [1, 2, 4])
    }

    @Test func appliesFunctions() {
        #expect(Tensor([1, -2]).map { $0 * $0 + 1 }.scalars == [2, 5])
        #expect(Tensor([4, 9]).sqrt().scalars == [2, 3])
        #expect(Tensor([-4, 9]).abs().scalars == [4, 9])
        #expect(Tensor([0, -.infinity]).exp().scalars == [1, 0])
        #expect(Tensor([1, 0]).log().scalars == [0, -.infinity])
        #expect(throws: ConvNetError.self) {
            try Tensor([1]).map { _ throws(ConvNetError) in throw ConvNetError(.invalidData, "no") }
        }
    }

    @Test(arguments: [(1, 1, 1), (2, 3, 4), (1, 7, 5), (9, 1, 8), (17, 33, 5), (2, 0, 3), (0, 2, 2)])
    func multipliesMatrices(m: Int, k: Int, n: Int) {
        let (a, b) = (numbers([m, k], from: 1), numbers([k, n], from: 4))
        var expected = Tensor.zeros([m, n])
        for i in 0..<m {
            for j in 0..<n {
                for l in 0..<k { expected[i, j] += a[i, l] * b[l, j] }
            }
        }
        #expect(a.matmul(b) == expected)
        #expect(a.transposed().matmul(b, transposingSelf: true) == expected)
        #expect(a.matmul(b.transposed(), transposingOther: true) == expected)
        #expect(
            a.transposed().matmul(b.transposed(), transposingSelf: true, transposingOther: true) == expected)
    }

    private static let permutations: [([Int], [Int])] = [
        ([3, 4], [1, 0]), ([2, 3, 4], [0, 2, 1]), ([2, 3, 4], [2, 1, 0]), ([2, 3, 4], [1, 0, 2]),
        ([2, 3, 4], [2, 0, 1]),
        ([2, 3, 4], [1, 2, 0]), ([2, 3, 4], [0, 1, 2]), ([2, 3, 4, 5], [0, 3, 1, 2]), ([2, 3, 4, 5], [3, 1, 0, 2]),
        ([2, 1, 4, 1], [3, 2, 1, 0]), ([2, 3, 1, 4], [3, 2, 0, 1]), ([1, 1], [1, 0]), ([5], [0]), ([], []),
        ([0, 3], [1, 0]),
    ]

    @Test(arguments: permutations)
    func transposes(shape: [Int], permutation: [Int]) {
        let x = Tensor(shape: shape, scalars: (0..<shape.reduce(1, *)).map { Float($0) })
        let y = x.transposed(permutation: permutation)
        #expect(y.shape == permutation.map { shape[$0] })
        #expect(y.count == x.count)
        // The strides of x, in y's order, lead to each element.
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
        for number in 0..<y.count {
            var (rest, offset) = (number, 0)
            for axis in y.shape.indices.reversed() {
                offset += rest % y.shape[axis] * strides[permutation[axis]]
                rest /= y.shape[axis]
            }
            #expect(y.scalars[number] == Float(offset))
        }
        #expect(x.transposed().transposed() == x)
    }
}
