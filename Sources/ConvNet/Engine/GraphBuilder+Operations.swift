import CKernels

extension GraphBuilder {
    /// A matrix product along the last dimension, plus a bias.
    ///
    /// - Parameters:
    ///   - input: Any shape; the last dimension is `kernel`'s first.
    ///   - kernel: (in, out).
    ///   - bias: (out), or nil.
    public mutating func dense(_ input: GraphValue, kernel: Parameter, bias: Parameter?) -> GraphValue {
        let input = stored(input)
        let (inputs, units) = (kernel.shape[0], kernel.shape[1])
        let output = makeValue(shape: input.shape.dropLast() + [units])
        graph.steps.append(
            DenseStep(
                input: input.buffer, output: output.buffer, rows: input.count / inputs, inputs: inputs, units: units,
                kernel: kernel, bias: bias))
        return output
    }

    /// A 2-D convolution plus a bias.
    ///
    /// - Parameters:
    ///   - input: Images.
    ///   - kernel: (height, width, in, out).
    ///   - bias: (out), or nil.
    ///   - strides: Rows, then columns.
    ///   - padding: How borders are treated.
    ///   - dilation: Rows, then columns.
    ///   - dataFormat: Order of the images' dimensions.
    /// - Throws: ``ConvNetError`` of kind `invalidModel` where the kernel does not fit into the image.
    public mutating func conv2D(
        _ input: GraphValue, kernel: Parameter, bias: Parameter?, strides: Size, padding: Padding, dilation: Size,
        dataFormat: DataFormat
    ) throws -> GraphValue {
        let (value, image) = try images(input, dataFormat)
        let window = Size(kernel.shape[0], kernel.shape[1])
        let rows = try extent(image.height, window.height, strides.height, dilation.height, padding, "height")
        let columns = try extent(image.width, window.width, strides.width, dilation.width, padding, "width")
        let result = ImageShape(height: rows.output, width: columns.output, channels: kernel.shape[3])
        let output = makeValue(
            shape: result.shape(dataFormat), isStoredChannelsLast: dataFormat == .channelsFirst)
        let shape = ck_conv2d_shape(
            batch: 1, in_height: image.height, in_width: image.width, in_channels: image.channels,
            out_height: result.height, out_width: result.width, out_channels: result.channels,
            kernel_height: window.height, kernel_width: window.width,
            stride_height: strides.height, stride_width: strides.width,
            dilation_height: dilation.height, dilation_width: dilation.width,
            pad_top: rows.before, pad_left: columns.before, algorithm: convolution)
        graph.steps.append(
            Conv2DStep(input: value.buffer, output: output.buffer, shape: shape, kernel: kernel, bias: bias))
        return output
    }

    /// Maximum or average of windows.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidModel` where the window does not fit into the image.
    public mutating func pooling2D(
        _ input: GraphValue, _ kind: PoolingKind, window: Size, strides: Size, padding: Padding, dataFormat: DataFormat
    ) throws -> GraphValue {
        let (value, image) = try images(input, dataFormat)
        let rows = try extent(image.height, window.height, strides.height, 1, padding, "height")
        let columns = try extent(image.width, window.width, strides.width, 1, padding, "width")
        let result = ImageShape(height: rows.output, width: columns.output, channels: image.channels)
        let output = makeValue(
            shape: result.shape(dataFormat), isStoredChannelsLast: dataFormat == .channelsFirst)
        let shape = ck_pool2d_shape(
            batch: 1, in_height: image.height, in_width: image.width, channels: image.channels,
            out_height: result.height, out_width: result.width,
            window_height: window.height, window_width: window.width,
            stride_height: strides.height, stride_width: strides.width,
            pad_top: rows.before, pad_left: columns.before)
        switch kind {
        case .maximum:
            let pooling = MaxPooling2DStep(input: value.buffer, output: output.buffer, shape: shape)
            if isFusing, let last = graph.steps.last, last.output == value.buffer,
                let fused = pooling.fused(with: last)
            {
                graph.steps[graph.steps.count - 1] = fused
                break
            }
            graph.steps.append(pooling)
        case .average:
            graph.steps.append(AveragePooling2DStep(input: value.buffer, output: output.buffer, shape: shape))
        }
        return output
    }

    /// Maximum or average of whole images: one number a channel.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidModel` where the input is not an image.
    public mutating func globalPooling2D(
        _ input: GraphValue, _ kind: PoolingKind, keepDimensions: Bool, dataFormat: DataFormat
    ) throws -> GraphValue {
        let image = try imageShape(input, dataFormat)
        let window = Size(image.height, image.width)
        let pooled = try pooling2D(
            input, kind, window: window, strides: window, padding: .valid, dataFormat: dataFormat)
        return keepDimensions ? pooled : GraphValue(shape: [image.channels], buffer: pooled.buffer)
    }

    /// Images with borders of zeros.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidModel` where the input is not an image.
    public mutating func zeroPadding2D(
        _ input: GraphValue, top: Int, bottom: Int, left: Int, right: Int, dataFormat: DataFormat
    ) throws -> GraphValue {
        let (value, image) = try images(input, dataFormat)
        let result = ImageShape(
            height: image.height + top + bottom, width: image.width + left + right, channels: image.channels)
        let output = makeValue(
            shape: result.shape(dataFormat), isStoredChannelsLast: dataFormat == .channelsFirst)
        let shape = ck_pad2d_shape(
            batch: 1, in_height: image.height, in_width: image.width, channels: image.channels,
            top: top, bottom: bottom, left: left, right: right)
        graph.steps.append(ZeroPadding2DStep(input: value.buffer, output: output.buffer, shape: shape))
        return output
    }

    /// The same elements under another shape.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidModel` where the counts differ.
    public mutating func reshape(_ input: GraphValue, to shape: [Int]) throws -> GraphValue {
        guard Shape.count(shape) == input.count else {
            throw problem(
                "\(input.shape) has \(input.count) elements and \(shape) has \(Shape.count(shape)); they must agree")
        }
        return GraphValue(shape: shape, buffer: stored(input).buffer)
    }

    /// One dimension, the images of `dataFormat` in channels-last order, as Keras flattens them.
    public mutating func flatten(_ input: GraphValue, dataFormat: DataFormat) throws -> GraphValue {
        if dataFormat == .channelsFirst, input.shape.count == 3 {
            return GraphValue(shape: [input.count], buffer: try images(input, dataFormat).value.buffer)
        }
        return try reshape(input, to: [input.count])
    }

    /// An activation, fused into the step before where that step can.
    ///
    /// - Throws: ``ConvNetError`` of kind `invalidModel` where a slope or scale is negative, as in Keras, or no number.
    public mutating func activation(_ input: GraphValue, _ activation: ActivationFunction) throws -> GraphValue {
        if case .leakyReLU(let factor) = activation { try requireFactor(factor, "slope of leaky_relu") }
        if case .elu(let factor) = activation { try requireFactor(factor, "alpha of elu") }
        guard let kernel = activation.kernel else {  // softmax
            let input = stored(input)
            let output = makeValue(shape: input.shape)
            graph.steps.append(
                SoftmaxStep(
                    input: input.buffer, output: output.buffer, count: input.count, columns: input.shape.last ?? 1))
            return output
        }
        if kernel.kind == CK_LINEAR { return input }
        if isFusing, let last = graph.steps.indices.last, graph.steps[last].output == input.buffer,
            var host = graph.steps[last] as? any ActivationHost, host.absorb(kernel)
        {
            graph.steps[last] = host
            return input
        }
        let output = makeValue(shape: input.shape, isStoredChannelsLast: input.isStoredChannelsLast)
        graph.steps.append(
            ActivationStep(input: input.buffer, output: output.buffer, count: input.count, function: kernel))
        return output
    }

    /// The derivative is taken from the output, whose sign must be the input's.
    private func requireFactor(_ factor: Float, _ what: String) throws {
        guard factor >= 0, factor.isFinite else {
            throw problem("\(what) \(factor); give a number from 0 on")
        }
    }

    /// Inverted dropout in training, nothing in inference.
    ///
    /// - Parameters:
    ///   - input: Any shape.
    ///   - rate: Share of elements set to zero, 0 ..< 1.
    ///   - seed: Mixed into the network's own, or nil.
    public mutating func dropout(_ input: GraphValue, rate: Float, seed: UInt64?) -> GraphValue {
        // Counted among its like, so that a network has the same masks in either order of dimensions.
        let number = graph.steps.count { $0 is DropoutStep }
        let output = makeValue(shape: input.shape, isStoredChannelsLast: input.isStoredChannelsLast)
        graph.steps.append(
            DropoutStep(
                input: input.buffer, output: output.buffer, count: input.count, rate: rate,
                stream: UInt32(truncatingIfNeeded: number), seed: seed ?? 0))
        return output
    }

    /// Batch normalisation of the last dimension, or of the channels of channels-first images.
    public mutating func batchNormalization(
        _ input: GraphValue, isChannelsFirst: Bool, gamma: Parameter?, beta: Parameter?, movingMean: Parameter,
        movingVariance: Parameter, momentum: Float, epsilon: Float
    ) throws -> GraphValue {
        let value = isChannelsFirst ? try images(input, .channelsFirst).value : stored(input)
        let channels = movingMean.count
        let output = makeValue(shape: input.shape, isStoredChannelsLast: value.isStoredChannelsLast)
        graph.steps.append(
            BatchNormalizationStep(
                input: value.buffer, output: output.buffer, rows: input.count / max(channels, 1), channels: channels,
                gamma: gamma, beta: beta, movingMean: movingMean, movingVariance: movingVariance,
                momentum: momentum, epsilon: epsilon))
        return output
    }

    /// Output extent and padding before, by TensorFlow's rules: `same` gives ceil(n / stride) and puts the odd pixel after.
    private func extent(
        _ size: Int, _ window: Int, _ stride: Int, _ dilation: Int, _ padding: Padding, _ what: String
    ) throws -> (output: Int, before: Int) {
        let reach = (window - 1) * dilation + 1
        switch padding {
        case .valid:
            guard reach <= size else {
                throw problem(
                    "its window covers \(reach) pixels of \(what), but the layer before gives \(size); "
                        + "use a smaller window or same padding")
            }
            return ((size - reach) / stride + 1, 0)
        case .same:
            let output = (size + stride - 1) / stride
            return (output, max((output - 1) * stride + reach - size, 0) / 2)
        }
    }
}
