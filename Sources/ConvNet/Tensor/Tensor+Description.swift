/// Text in NumPy's manner: nested brackets, columns aligned, the middle of long axes left out.
extension Tensor: CustomStringConvertible {
    /// Longer tensors are shortened.
    private static let printedElements = 1000
    /// How many entries stay at either end of a shortened axis.
    private static let edge = 3

    /// The elements in nested brackets; of tensors with more than 1000 elements, the first and last three along each
    /// axis, with the shape after them.
    public var description: String {
        let shortened = count > Self.printedElements
        let width = shownOffsets(shortened: shortened).reduce(0) { Swift.max($0, "\(scalars[$1])".count) }
        var text = ""
        write(to: &text, axis: 0, offset: 0, width: width, shortened: shortened)
        if shortened || count == 0 { text += ", shape \(shape)" }
        return text
    }

    private func write(to text: inout String, axis: Int, offset: Int, width: Int, shortened: Bool) {
        guard axis < rank else {
            let number = "\(scalars[offset])"
            text += String(repeating: " ", count: width - number.count) + number
            return
        }
        let stride = shape[(axis + 1)...].reduce(1, *)
        let isInnermost = axis == rank - 1
        let separator = isInnermost ? ", " : ",\n" + String(repeating: " ", count: axis + 1)
        text += "["
        var isFirst = true
        for index in count == 0 ? [] : shownIndices(of: shape[axis], shortened: shortened) {
            if !isFirst { text += separator }
            isFirst = false
            if let index {
                write(to: &text, axis: axis + 1, offset: offset + index * stride, width: width, shortened: shortened)
            } else {
                text += "..."
            }
        }
        text += "]"
    }

    /// The indices that are printed along an axis; nil stands for those left out.
    private func shownIndices(of length: Int, shortened: Bool) -> [Int?] {
        guard shortened, length > 2 * Self.edge else { return Array(0..<length) }
        return Array(0..<Self.edge) + [nil] + Array(length - Self.edge..<length)
    }

    /// Where the printed elements lie.
    private func shownOffsets(shortened: Bool) -> [Int] {
        guard count > 0 else { return [] }
        return shape.reduce([0]) { offsets, length in
            let shown = shownIndices(of: length, shortened: shortened).compactMap(\.self)
            return offsets.flatMap { offset in shown.map { offset * length + $0 } }
        }
    }
}
