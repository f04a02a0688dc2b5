import ConvNet
import Testing

@Suite struct TensorTests {
    @Test func knowsItsShape() {
        let x = Tensor([[1, 2, 3], [4, 5, 6]])
        #expect(x.shape == [2, 3])
        #expect(x.rank == 2)
        #expect(x.count == 6)
        #expect(x.scalars == [1, 2, 3, 4, 5, 6])
        #expect(Tensor(7).shape == [])
        #expect(Tensor(7).scalars == [7])
        #expect(Tensor([1, 2]).shape == [2])
        #expect(Tensor([[Float]]()).shape == [0, 0])
        #expect(Tensor.zeros([2, 2]).scalars == [0, 0, 0, 0])
        #expect(Tensor.ones([1, 2]).scalars == [1, 1])
        #expect(Tensor.zeros([3, 0, 2]).count == 0)
    }

    @Test func isAValue() {
        let x = Tensor([1, 2, 3])
        var y = x
        y[1] = 9
        #expect(x.scalars == [1, 2, 3])
        #expect(y.scalars == [1, 9, 3])
        #expect(x != y)
        #expect(x != x.reshaped(to: [3, 1]))
    }

    @Test func readsAndWritesElements() {
        var x = Tensor(shape: [2, 3, 4], scalars: (0..<24).map { Float($0) })
        #expect(x[0, 0, 0] == 0)
        #expect(x[1, 2, 3] == 23)
        #expect(x[1, 0, 2] == 14)
        x[0, 2, 1] += 0.5
        #expect(x.scalars[9] == 9.5)
        var scalar = Tensor(3)
        scalar[] = 4
        #expect(scalar[] == 4)
        x.withUnsafeMutableBufferPointer { $0[0] = -1 }
        #expect(x.withUnsafeBufferPointer { $0[0] } == -1)
    }

    @Test func slices() {
        let x = Tensor(shape: [3, 2, 2], scalars: (0..<12).map { Float($0) })
        #expect(x[row: 1] == Tensor([[4, 5], [6, 7]]))
        #expect(x[1..<3] == Tensor(shape: [2, 2, 2], scalars: [4, 5, 6, 7, 8, 9, 10, 11]))
        #expect(x.slice(axis: 1, range: 1..<2) == Tensor(shape: [3, 1, 2], scalars: [2, 3, 6, 7, 10, 11]))
        #expect(x.slice(axis: -1, range: 0..<1) == Tensor(shape: [3, 2, 1], scalars: [0, 2, 4, 6, 8, 10]))
        #expect(x[2..<2].shape == [0, 2, 2])
    }

    @Test func reshapes() {
        let x = Tensor(shape: [2, 6], scalars: (0..<12).map { Float($0) })
        #expect(x.reshaped(to: [3, 4]).shape == [3, 4])
        #expect(x.reshaped(to: [3, 4]).scalars == x.scalars)
        #expect(x.reshaped(to: [-1]).shape == [12])
        #expect(x.reshaped(to: [2, -1, 3]).shape == [2, 2, 3])
        #expect(Tensor.zeros([0, 4]).reshaped(to: [-1, 2]).shape == [0, 2])
        #expect(Tensor(1).reshaped(to: [1, 1]).shape == [1, 1])
    }

    @Test func stopsWhereShapesCannotFit() async {
        await #expect(processExitsWith: .failure) { _ = Tensor(shape: [2, 2], scalars: [1, 2, 3]) }
        await #expect(processExitsWith: .failure) { _ = Tensor([[1, 2], [3]]) }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([-1, 2]) }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([1 << 40, 1 << 40]) }
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3])[3] }
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3])[0, 0] }
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3])[2..<4] }
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3, 4]).reshaped(to: [3, -1]) }
        await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3]) + Tensor([1, 2]) }
        await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3]).matmul(.ones([2, 3])) }
    }

    @Test func printsNestedBrackets() {
        #expect("\(Tensor(2.5))" == "2.5")
        #expect("\(Tensor([1, 2]))" == "[1.0, 2.0]")
        #expect("\(Tensor([[1, -20], [0.5, 3]]))" == "[[  1.0, -20.0],\n [  0.5,   3.0]]")
        #expect(
            "\(Tensor(shape: [2, 1, 2], scalars: [1, 2, 3, 4]))" == "[[[1.0, 2.0]],\n [[3.0, 4.0]]]")
        #expect("\(Tensor.zeros([0, 3]))" == "[], shape [0, 3]")
    }

    @Test func printsOnlyTheEdgesOfLargeTensors() {
        let row = "[0.0, 0.0, 0.0, ..., 0.0, 0.0, 0.0]"
        let rows = Array(repeating: row, count: 3).joined(separator: ",\n ")
        #expect("\(Tensor.zeros([40, 50]))" == "[\(rows),\n ...,\n \(rows)], shape [40, 50]")
    }
}
