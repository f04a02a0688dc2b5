import ConvNet
import Testing

@Suite struct TensorReductionTests {
    private let x = Tensor(shape: [2, 3, 2], scalars: [1, 8, -3, 4, 5, 0, 7, 2, 9, -1, 6, 6])

    @Test func reducesToOneNumber() {
        #expect(x.sum() == 44)
        #expect(x.mean() == Float(44) / 12)
        #expect(x.max() == 9)
        #expect(x.min() == -3)
        #expect(x.argmax() == 8)
        #expect(Tensor(5).max() == 5)
    }

    @Test func reducesAlongEachAxis() {
        #expect(x.sum(axis: 0) == Tensor([[8, 10], [6, 3], [11, 6]]))
        #expect(x.sum(axis: 1) == Tensor([[3, 12], [22, 7]]))
        #expect(x.sum(axis: 2) == Tensor([[9, 1, 5], [9, 8, 12]]))
        #expect(x.sum(axis: -1) == x.sum(axis: 2))
        #expect(x.mean(axis: 0) == Tensor([[4, 5], [3, 1.5], [5.5, 3]]))
        #expect(x.max(axis: 1) == Tensor([[5, 8], [9, 6]]))
        #expect(x.min(axis: 1) == Tensor([[-3, 0], [6, -1]]))
        #expect(x.max(axis: 0) == Tensor([[7, 8], [9, 4], [6, 6]]))
        #expect(x.min(axis: -1) == Tensor([[1, -3, 0], [2, -1, 6]]))
        #expect(x.argmax(axis: 0) == [1, 0, 1, 0, 1, 1])
        #expect(x.argmax(axis: 1) == [2, 0, 1, 2])
        #expect(x.argmax(axis: 2) == [1, 1, 0, 0, 0, 0])
    }

    @Test func keepsTheAxisOnRequest() {
        #expect(x.sum(axis: 1, keepingDimension: true).shape == [2, 1, 2])
        #expect(x.mean(axis: 0, keepingDimension: true).shape == [1, 3, 2])
        let centred = x - x.mean(axis: 2, keepingDimension: true)
        #expect(centred.sum(axis: 2) == .zeros([2, 3]))
        #expect(x.max(axis: 2, keepingDimension: true).shape == [2, 3, 1])
        #expect(x.min(axis: 0, keepingDimension: true).shape == [1, 3, 2])
    }

    @Test func letsNaNWin() {
        let y = Tensor([[1, .nan, 3], [4, 5, 6]])
        #expect(y.max().isNaN)
        #expect(y.min().isNaN)
        #expect(y.argmax() == 1)
        #expect(y.max(axis: 1).scalars[0].isNaN)
        #expect(y.max(axis: 1).scalars[1] == 6)
        #expect(y.min(axis: 0).scalars[1].isNaN)
        #expect(y.argmax(axis: 1) == [1, 2])
        #expect(Tensor([.nan, .nan]).argmax() == 0)
    }

    @Test func reducesNothing() {
        #expect(Tensor.zeros([0]).sum() == 0)
        #expect(Tensor.zeros([0]).mean().isNaN)
        #expect(Tensor.zeros([0, 3]).sum(axis: 0) == Tensor([0, 0, 0]))
        #expect(Tensor.zeros([3, 0]).sum(axis: 1) == Tensor([0, 0, 0]))
        #expect(Tensor.zeros([3, 0]).sum(axis: 0).shape == [0])
        #expect(Tensor.zeros([0, 3]).argmax(axis: 1) == [])
    }

    /// A float sum would lose every 1 after the first 2²⁴.
    @Test func addsInDouble() {
        let large = Tensor(shape: [4], scalars: [16_777_216, 1, 1, 1])
        #expect(large.sum() == 16_777_220)
        #expect(large.sum(axis: 0).scalars == [16_777_220])
    }
}
