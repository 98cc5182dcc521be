// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IntentLimits, Phase, StateHead} from "../../contracts/types/Booking.sol";
import {BookingId} from "../../contracts/types/Ids.sol";
import {CompactSignature, Measure, Reading} from "../../contracts/types/Reading.sol";
import {SessionModel} from "./SessionModel.sol";
import {vm} from "../support/Vm.sol";

/// @notice Three drivers with two purses each, two hosts and a relayer act on the market; beside it a model says
/// what must come of each call. Where the two differ, `violation` says how: a revert would be swallowed by the runner.
contract SessionHandler is SessionModel {
    constructor() {
        _deploy();
        for (uint256 i = 0; i < DRIVERS; ++i) {
            (address driver, uint256 key) = makeAccount(string.concat("driver ", vm.toString(i)));
            _drivers.push(driver);
            _driverKeys.push(key);
            vm.prank(driver);
            token.approve(address(market), type(uint256).max);
        }
        (relayer, ) = makeAccount("relayer");
    }

    function deposit(uint256 who, uint256 purse, uint256 amount) external {
        (who, purse, amount) = (who % DRIVERS, purse % PURSES, bound(amount, 1, 100_000_000));
        token.mint(_drivers[who], amount);
        vm.prank(_drivers[who]);
        market.deposit(_drivers[who], uint32(purse), amount);
        free[who][purse] += amount;
        deposited += amount;
        ++succeeded["deposit"];
    }

    function withdraw(uint256 who, uint256 purse, uint256 amount) external {
        (who, purse) = (who % DRIVERS, purse % PURSES);
        amount = amount % 8 == 0 ? free[who][purse] + 1 : bound(amount, 1, free[who][purse] + 1);
        vm.prank(_drivers[who]);
        try market.withdraw(uint32(purse), amount, address(0xdead)) {
            _expect(amount <= free[who][purse], "withdraw", true);
            free[who][purse] -= amount;
            withdrawn += amount;
        } catch {
            _expect(amount <= free[who][purse], "withdraw", false);
        }
    }

    function withdrawEarnings(uint256 listing, uint256 amount) external {
        listing = listing % LISTINGS;
        amount = amount % 8 == 0 ? earned[listing] + 1 : bound(amount, 1, earned[listing] + 1);
        vm.prank(_listings[listing].terms.host);
        try market.withdrawEarnings(_listingIds[listing], amount, address(0xdead)) {
            _expect(amount <= earned[listing], "withdrawEarnings", true);
            earned[listing] -= amount;
            withdrawn += amount;
        } catch {
            _expect(amount <= earned[listing], "withdrawEarnings", false);
        }
    }

    function book(uint256 who, uint256 purse, uint256 slots, uint256 money, bool signed) external {
        Record memory r;
        (r.driver, r.purse, r.listing, r.phase) = (
            who % DRIVERS,
            purse % PURSES,
            slots % LISTINGS,
            Phase.RESERVED
        );
        (r.sessionKey, r.state.head) = (
            uint256(keccak256(abi.encode("session", _records.length))),
            StateHead.wrap(1)
        );
        uint256 first =
            block.timestamp / SLOT_SEC + bound(uint64(slots >> 8), 0, slots % 8 == 7 ? 1_600 : 12);
        uint256 count = bound(uint64(slots >> 72), 1, 10);
        r.booking.terms = _listings[r.listing].terms;
        r.booking.purse = _packPurse(_drivers[r.driver], r.purse, _generation[r.driver][r.purse]);
        r.booking.session = _packSession(
            vm.addr(r.sessionKey),
            first,
            count,
            _listings[r.listing].place.connector
        );
        r.booking.money = _packMoney(
            bound(uint64(money), 1, 20_000_000),
            bound(uint64(money >> 64), 0, 4_000_000),
            0,
            signed ? 1_000 : 0
        );
        r.booking.startHash = keccak256("secret");
        r.id = _bookingId(r.booking);
        bool allowed = _mayBook(r, first, count);
        try this.bookAs(r, signed) {
            _expect(allowed, "book", true);
            _reserve(r, signed);
        } catch {
            _expect(allowed, "book", false);
        }
    }

    /// @dev Apart, so that one `try` holds both ways to book.
    function bookAs(Record calldata r, bool signed) external {
        IntentLimits limits = IntentLimits.wrap(uint256(uint160(relayer)) | ((block.timestamp + 300) << 160));
        bytes memory signature = signed ? _signIntent(r.booking, limits, _driverKeys[r.driver]) : bytes("");
        vm.prank(signed ? relayer : _drivers[r.driver]);
        if (signed) market.bookByWallet(r.booking, ALWAYS, _placeHash(r.listing), limits, signature);
        else market.bookAsDriver(r.booking, ALWAYS, _placeHash(r.listing));
    }

    function cancelByDriver(uint256 which) external {
        if (_open.length == 0) return;
        Record storage r = _pick(which);
        bool allowed = r.phase == Phase.RESERVED && block.timestamp < _opens(r);
        bool late = block.timestamp >= _cancelBy(r);
        vm.prank(_drivers[r.driver]);
        try market.cancelByDriver(r.booking, r.state, "") {
            _expect(allowed, late ? "cancelLate" : "cancelFree", true);
            _release(r);
            uint256 fee = _min(r.booking.terms.bookingTerms.noshowFee(), r.booking.money.cap() / 5);
            _end(which, late ? fee : 0);
        } catch {
            _expect(allowed, "cancelByDriver", false);
        }
    }

    function cancelByHost(uint256 which, bool agreed) external {
        if (_open.length == 0) return;
        Record storage r = _pick(which);
        bool free_ = block.timestamp < _opens(r) || agreed;
        bool allowed = r.phase == Phase.RESERVED && free_ && block.timestamp < _reportBy(r);
        CompactSignature memory agreement;
        bytes32 typeHash = keccak256("CancelByHost(bytes32 bookingId,bytes32 overstayedBy)");
        if (agreed) agreement = _sign(r.sessionKey, keccak256(abi.encode(typeHash, r.id, bytes32(0))));
        vm.prank(_listings[r.listing].terms.host);
        try market.cancelByHost(r.booking, r.state, BookingId.wrap(0), "", agreement) {
            _expect(allowed, "cancelByHost", true);
            _release(r);
            _end(which, 0);
        } catch {
            _expect(allowed, "cancelByHost", false);
        }
    }

    function settle(uint256 which, uint256 quantities) external {
        if (_open.length == 0) return;
        Record storage r = _pick(which);
        bool allowed = _reportable(r);
        (Reading memory reading, CompactSignature memory agent, CompactSignature memory session) = _reading(
            r,
            quantities,
            r.state.head.cosignedSeq() + 1,
            true
        );
        try market.settleFrom(r.booking, r.state, reading, agent, session) {
            _expect(allowed, r.phase == Phase.CLAIMED ? "settleClaimed" : "settleReserved", true);
            _end(which, _cost(r, reading.measure));
        } catch {
            _expect(allowed, "settle", false);
        }
    }

    function claim(uint256 which, uint256 quantities, bool newer) external {
        if (_open.length == 0) return;
        Record storage r = _pick(which);
        bool claimed = r.phase == Phase.CLAIMED;
        bool allowed = _reportable(r) && (!claimed || newer);
        uint256 seq = r.state.head.cosignedSeq();
        (Reading memory reading, CompactSignature memory agent, CompactSignature memory session) = _reading(
            r,
            quantities,
            newer ? seq + 1 : seq,
            false
        );
        try market.claim(r.booking, r.state, reading, agent, session) {
            _expect(allowed, claimed ? "replace" : "claim", true);
            uint256 claimedAt = claimed ? r.state.head.claimedAt() : block.timestamp;
            uint256 head = 2 | (reading.measure.seq() << 16) | (reading.measure.energyWh() << 48);
            r.state.head = StateHead.wrap(head | (_cost(r, reading.measure) << 96) | (claimedAt << 160));
            r.phase = Phase.CLAIMED;
        } catch {
            _expect(allowed, "claim", false);
        }
    }

    function finalise(uint256 which) external {
        if (_open.length == 0) return;
        Record storage r = _pick(which);
        bool allowed = r.phase == Phase.CLAIMED && block.timestamp >= _challengeEnd(r);
        try market.finalise(r.booking, r.state) {
            _expect(allowed, "finalise", true);
            _end(which, r.state.head.cosignedCost());
        } catch {
            _expect(allowed, "finalise", false);
        }
    }

    function expire(uint256 which) external {
        if (_open.length == 0) return;
        Record storage r = _pick(which);
        bool allowed = r.phase == Phase.RESERVED && block.timestamp >= _reportBy(r);
        try market.expire(r.booking, r.state) {
            _expect(allowed, "expire", true);
            _end(which, 0);
        } catch {
            _expect(allowed, "expire", false);
        }
    }

    /// @notice Whatever is tried on a booking that ended must be refused, by whomever.
    function beat(uint256 which, uint256 how, uint256 quantities) external {
        if (_records.length == 0) return;
        Record storage r = _records[which % _records.length];
        if (r.phase != ENDED) return;
        bool reached = true;
        (Reading memory reading, CompactSignature memory agent, CompactSignature memory session) = _reading(
            r,
            quantities,
            99,
            true
        );
        how = how % 5;
        if (how == 0) {
            try market.settleFrom(r.booking, r.state, reading, agent, session) {} catch {
                reached = false;
            }
        } else if (how == 1) {
            try market.claim(r.booking, r.state, reading, agent, session) {} catch {
                reached = false;
            }
        } else if (how == 2) {
            try market.finalise(r.booking, r.state) {} catch {
                reached = false;
            }
        } else if (how == 3) {
            try market.expire(r.booking, r.state) {} catch {
                reached = false;
            }
        } else {
            vm.prank(_drivers[r.driver]);
            try market.cancelByDriver(r.booking, r.state, "") {} catch {
                reached = false;
            }
        }
        _expect(false, "beat", reached);
    }

    /// @notice Lets time pass: some minutes, to an edge of an open booking's windows, or for days round the ring.
    function pass(uint256 seed, uint256 which) external {
        uint256 to = block.timestamp + bound(uint64(seed >> 8), 1, seed % 16 == 0 ? 10 days : 20 minutes);
        if (seed % 4 == 1 && _open.length != 0) {
            Record storage r = _pick(which);
            uint256[6] memory edges = [
                _opens(r),
                _cancelBy(r),
                _reportBy(r),
                _challengeEnd(r),
                _closes(r),
                _start(r)
            ];
            uint256 edge = edges[(seed >> 8) % 6] - ((seed >> 16) % 2);
            if (edge > block.timestamp) to = edge;
        }
        vm.warp(to);
        ++succeeded["pass"];
    }

    function _reading(
        Record storage r,
        uint256 q,
        uint256 seq,
        bool isFinal
    )
        private
        view
        returns (Reading memory reading, CompactSignature memory agent, CompactSignature memory session)
    {
        uint256 measure = seq | (bound(uint32(q), 0, 60_000) << 32) | (_start(r) << 80);
        measure |= ((_start(r) + bound(uint32(q >> 32), 0, 20_000)) << 120);
        measure |= (bound(uint32(q >> 64), 0, 3_600) << 160) | (isFinal ? 1 << 192 : 0);
        reading = Reading(Measure.wrap(measure), keccak256("evidence"), bytes32(q));
        agent = _signReading(_agentKeys[r.listing], r.id, reading);
        session = _signReading(r.sessionKey, r.id, reading);
    }
}
