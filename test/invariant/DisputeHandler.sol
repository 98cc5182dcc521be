// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDeadlines} from "../../contracts/interfaces/IDeadlines.sol";
import {IDisputes} from "../../contracts/interfaces/IDisputes.sol";
import {MeterProof} from "../../contracts/types/Proof.sol";
import {SignedTypes} from "../../contracts/types/SignedTypes.sol";
import {MeterAlgorithm} from "../../contracts/types/Terms.sol";
import {Handler} from "./Handler.sol";
import {MeterRecords} from "./MeterRecords.sol";
import {Move, Stage} from "./Transitions.sol";

/// @notice Makes challenges, proves by the meter's own records, and ends bookings by deadlines.
abstract contract DisputeHandler is Handler {
    /// @dev The tolerance of the verifier for a clock.
    uint256 private constant TOLERANCE_SEC = 300;

    function challenge(uint256 n) external someOpen {
        Record storage r = _records[_open[_pick(n, _bit(Stage.CLAIMED_ALONE))]];
        (address sender, bytes memory signature, bool good) = _authorizeAsDriver(n, r, SignedTypes.CHALLENGE);
        bool allowed = good && r.stage == Stage.CLAIMED_ALONE && block.timestamp < _windowEnd(r);
        allowed = allowed && _claimedCost(r) > _certainCost(r);
        bool done = _try(sender, abi.encodeCall(IDisputes.challenge, (r.booking, _state(r), signature)));
        _checkOutcome("challenge", allowed, done);
        if (!done) return;
        r.since = block.timestamp;
        _to(r, Move.CHALLENGE, Stage.CHALLENGED);
    }

    function prove(uint256 n) external someOpen {
        uint256 position = _pick(n, _bit(Stage.CHALLENGED));
        Record storage r = _records[_open[position]];
        (MeterProof memory proof, uint256 provenWh, bool good) = _proof(n, r);
        bool full = r.stage == Stage.CHALLENGED && _provenCost(r, provenWh) >= _claimedCost(r);
        bool allowed = good && r.stage == Stage.CHALLENGED && block.timestamp < _windowEnd(r);
        allowed = allowed && (full || provenWh > r.bestProofWh);
        bool done = _try(_anyRelayer(n), abi.encodeCall(IDisputes.prove, (r.booking, _state(r), proof)));
        _checkOutcome(string.concat("prove", _ofMeter(r)), allowed, done);
        if (!done) return;
        r.bestProofWh = provenWh;
        if (full) _forfeit(position);
        else _to(r, Move.PROVE, Stage.CHALLENGED);
    }

    /// @notice Ends a booking by its deadline.
    function end(uint256 n) external someOpen {
        if (_coinFlip(n, 90)) _finalise(n);
        else _expire(n);
    }

    function _finalise(uint256 n) private {
        uint256 position = _pick(n, ~_reserved());
        Record storage r = _records[_open[position]];
        bool allowed = !_isReserved(r) && block.timestamp >= _windowEnd(r);
        bool done = _try(_stranger, abi.encodeCall(IDeadlines.finalise, (r.booking, _state(r))));
        _checkOutcome("finalise", allowed, done);
        if (!done) return;
        if (r.stage == Stage.NO_SHOW_CLAIMED || r.stage == Stage.CONTESTED) {
            _finaliseNoShow(position);
        } else {
            (uint256 cost, uint256 energyWh) = _owed(r);
            _endPaid(position, Move.FINALISE, cost, energyWh);
        }
    }

    /// @dev The fee of a quarrel that nobody can decide goes to the sink.
    function _finaliseNoShow(uint256 position) private {
        Record storage r = _records[_open[position]];
        (uint256 fee, bool contested) = (_noshowFee(r), r.stage == Stage.CONTESTED);
        _end(position, Move.FINALISE, Stage.NO_SHOW, fee);
        if (contested) {
            _due[r.driver] -= fee;
            _due[address(0)] += fee;
        } else {
            _payWhole(r.driver, r.site, r.booking.terms.host, fee, 0);
        }
    }

    function _expire(uint256 n) private {
        uint256 position = _pick(n, _reserved());
        Record storage r = _records[_open[position]];
        bool allowed = _isReserved(r) && block.timestamp >= _reportBy(r);
        bool done = _try(_stranger, abi.encodeCall(IDeadlines.expire, (r.booking, _state(r))));
        _checkOutcome("expire", allowed, done);
        if (done) _end(position, Move.EXPIRE, Stage.FAILED, 0);
    }

    /// @dev Energy and cost at the deadline: the co-signed reading; or the agent's claim, if nobody disputed it; or the
    /// part of it that was allowed or that the meter proved.
    function _owed(Record storage r) private view returns (uint256 cost, uint256 energyWh) {
        energyWh = _plausibleWh(r, r.energyWh, r.timeSec);
        if (r.stage == Stage.CLAIMED) return (_cosignedCost(r), energyWh);
        if (r.stage == Stage.CLAIMED_ALONE) return (_claimedCost(r), r.claim.energyWh());
        cost = _max(_certainCost(r), _provenCost(r, r.bestProofWh));
        energyWh = _max(energyWh, _min(r.bestProofWh, r.claim.energyWh()));
    }

    /// @dev What the meter proved pays as much as the claim: the host gets it, and the challenger's forfeit.
    function _forfeit(uint256 position) private {
        Record storage r = _records[_open[position]];
        (uint256 cost, uint256 energyWh) = _owed(r);
        _endForfeiting(position, Move.PROVE, cost, energyWh, _forfeitOf(r));
    }

    function _proof(
        uint256 n,
        Record storage r
    ) private view returns (MeterProof memory proof, uint256 provenWh, bool good) {
        MeterRecords.Transaction memory t;
        uint8 algorithm = r.booking.terms.metering.meterAlgorithm();
        bool knows = !_isUnusual(n, 91);
        proof.secret = knows ? r.secret : bytes32(n);
        proof.meterKey = _sites[r.site].listing.meterKey;
        (t.id, good) = _id(n, r, proof.secret);
        provenWh = _coinFlip(n, 92) ? r.claim.energyWh() + _part(n, 93, 1) : _part(n, 94, r.claim.energyWh());
        (t.page, t.fromWh, t.energyWh) = (_part(n, 95, 99_999), _part(n, 96, 99_999_999), provenWh);
        (uint256 from, uint256 until) = (_opens(r) - TOLERANCE_SEC, _closes(r) + TOLERANCE_SEC);
        t.timeSec =
            _isUnusual(n, 97)
                ? (_coinFlip(n, 98) ? from - _part(n, 99, 1) : until + _part(n, 99, 1))
                : from + _part(n, 100, until - from);
        proof.records = MeterRecords.signed(algorithm, t, _coinFlip(n, 101));
        if (_isUnusual(n, 102)) {
            proof.records[0].s = bytes32(uint256(proof.records[0].s) ^ 1);
            good = false;
        }
        good = good && knows && algorithm != MeterAlgorithm.NONE && t.timeSec >= from && t.timeSec <= until;
    }

    /// @dev The idTag, with or without the pinned prefix; one in eight is another booking's or has another prefix.
    function _id(
        uint256 n,
        Record storage r,
        bytes32 secret
    ) private view returns (string memory id, bool good) {
        good = !_isUnusual(n, 103);
        bytes32 hash = keccak256(abi.encode(block.chainid, market, r.id, secret));
        bool pinned = r.booking.terms.metering.idTagPrefix() != 0;
        string memory tag = MeterRecords.idTag(good ? hash : keccak256(abi.encode(hash)));
        return (string.concat(pinned && _coinFlip(n, 104) ? "HOST-" : "", tag), good);
    }

    function _ofMeter(Record storage r) private view returns (string memory) {
        uint8 algorithm = r.booking.terms.metering.meterAlgorithm();
        if (algorithm == MeterAlgorithm.NONE) return "Nothing";
        return algorithm == MeterAlgorithm.ECDSA_SECP256R1_SHA256 ? "R1" : "K1";
    }
}
