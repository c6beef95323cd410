#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A kept connection with at most one request under way. Opened again for the next request after it was lost.
struct LoadConnection {
    enum Progress {
        case nothingYet
        case answer(LoadAnswer)
        case broken
    }

    var descriptor: Int32 = -1
    var isConnecting = false
    /// Bytes of the request, and how many of them went out.
    var request: [UInt8] = []
    var sent = 0
    private var reader: AnswerReader

    /// Waits until it is connected.
    init(connectedTo address: LoadAddress, _ format: AnswerFormat) throws(LoadFailure) {
        reader = AnswerReader(format)
        guard open(address) else { throw LoadFailure(description: Self.reason) }
        guard isConnecting else { return }
        var watched = [self.watched]
        Self.wait(&watched, nanoseconds: 5_000_000_000)
        guard watched[0].revents != 0, isConnected() else {
            let reason = watched[0].revents == 0 ? "no answer within 5 seconds" : Self.reason
            close()
            throw LoadFailure(description: reason)
        }
        isConnecting = false
    }

    private static var reason: String { String(cString: strerror(errno)) }

    /// What `wait` is to look for.
    var watched: pollfd {
        let wantsToWrite = isConnecting || sent < request.count
        return pollfd(fd: descriptor, events: Int16(POLLIN) | (wantsToWrite ? Int16(POLLOUT) : 0), revents: 0)
    }

    /// Begins to send. False: the server cannot be reached.
    mutating func send(_ bytes: [UInt8], to address: LoadAddress) -> Bool {
        (request, sent) = (bytes, 0)
        reader.reset()
        if descriptor < 0, !open(address) { return false }
        guard !isConnecting, !flush() else { return true }
        // Closed by the server between two requests: if it took nothing of this one, it gets it anew.
        let isUntouched = sent == 0
        close()
        (request, sent) = (bytes, 0)
        return isUntouched && open(address)
    }

    /// Goes on with what the system said is possible.
    mutating func advance(_ told: pollfd) -> Progress {
        guard told.fd == descriptor else { return .nothingYet }
        if isConnecting {
            guard isConnected() else { return lose() }
            isConnecting = false
        }
        guard flush() else { return lose() }
        guard told.revents & ~Int16(POLLOUT) != 0 else { return .nothingYet }
        guard let came = Self.receive(descriptor) else { return .nothingYet }
        do throws(AnswerReader.Malformed) {
            guard !came.isEmpty else { return lose() }
            guard let answer = try reader.read(came) else { return .nothingYet }
            // An answer that was not asked for.
            guard !request.isEmpty else { return lose() }
            (request, sent) = ([], 0)
            if answer.closes { close() }
            return .answer(answer)
        } catch {
            return lose()
        }
    }

    private mutating func lose() -> Progress {
        let wasUnderWay = !request.isEmpty
        close()
        return wasUnderWay ? .broken : .nothingYet
    }

    mutating func close() {
        if descriptor >= 0 { Self.end(descriptor) }
        (descriptor, isConnecting) = (-1, false)
        (request, sent) = ([], 0)
        reader.reset()
    }
}
