// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FineToken} from "../../contracts/mocks/FineToken.sol";
import {OcmfVerifier} from "../../contracts/OcmfVerifier.sol";
import {PlugpactExtension} from "../../contracts/PlugpactExtension.sol";
import {PlugpactMarket} from "../../contracts/PlugpactMarket.sol";
import {IPlugpactMarket} from "../../contracts/interfaces/IPlugpactMarket.sol";
import {
    Booking,
    BookingState,
    IntentLimits,
    Money,
    PurseRef,
    Session
} from "../../contracts/types/Booking.sol";
import {BookingId, ListingId} from "../../contracts/types/Ids.sol";
import {Listing, Location, Place, WeeklyHours} from "../../contracts/types/Listing.sol";
import {CompactSignature, Measure, Reading} from "../../contracts/types/Reading.sol";
import {SignedTypes} from "../../contracts/types/SignedTypes.sol";
import {Settings} from "../../contracts/types/Settings.sol";
import {BookingTerms, Metering, Tariff, Terms} from "../../contracts/types/Terms.sol";
import {Checks} from "../support/Checks.sol";
import {vm} from "../support/Vm.sol";

/// @notice A market with two listings of two hosts, and the signatures of everybody. Signs by hand, not by the
/// market's own code.
abstract contract MarketFixture is Checks {
    uint256 internal constant SLOT_SEC = 900;
    uint256 internal constant WINDOW_SEC = 1 hours;
    uint256 internal constant BOND_MAX = 2_000_000;
    uint256 internal constant LISTINGS = 2;
    WeeklyHours internal constant ALWAYS = WeeklyHours.wrap(type(uint168).max);

    FineToken public token;
    IPlugpactMarket public market;

    Listing[] internal _listings;
    ListingId[] internal _listingIds;
    uint256[] internal _hostKeys;
    uint256[] internal _agentKeys;

    function _deploy() internal {
        vm.warp(1_800_000_000);
        token = new FineToken(6);
        Settings memory settings;
        settings.token = token;
        settings.reportSec = WINDOW_SEC;
        settings.challengeSec = WINDOW_SEC;
        settings.proofSec = WINDOW_SEC;
        settings.bondMax = BOND_MAX;
        PlugpactExtension extension = new PlugpactExtension(settings, new OcmfVerifier());
        market = IPlugpactMarket(address(new PlugpactMarket(settings, address(extension))));
        // Prices per kWh, hour, overstay hour, flat, reserve; then minutes: cancel, early, no-show, late stop; slots
        // from and to; lead time; horizon; no-show fee, least cap per slot.
        _publish(
            "first",
            _pack48([uint256(250_000), 100_000, 2_000_000, 50_000, 500_000]),
            [uint16(60), 15, 30, 15, 1, 8, 0, 1_568],
            1_000_000,
            10_000
        );
        _publish(
            "second",
            _pack48([uint256(333_333), 0, 0, 0, 0]),
            [uint16(0), 0, 30, 360, 2, 96, 30, 96],
            77_777,
            0
        );
    }

    function _publish(
        string memory name,
        uint256 tariff,
        uint16[8] memory words,
        uint256 noshowFee,
        uint256 minCapPerSlot
    ) private {
        (address host, uint256 hostKey) = makeAccount(string.concat("host ", name));
        (address agent, uint256 agentKey) = makeAccount(string.concat("agent ", name));
        uint256 terms = (noshowFee << 128) | (minCapPerSlot << 176);
        for (uint256 i = 0; i < words.length; ++i) terms |= uint256(words[i]) << (16 * i);
        Listing memory listing;
        listing.terms = Terms(
            host,
            agent,
            Tariff.wrap(tariff),
            BookingTerms.wrap(terms),
            Metering.wrap(11_000 << 128),
            0
        );
        listing.weeklyHours = ALWAYS;
        listing.place = Place(bytes6(keccak256(bytes(name))), Location.wrap((8 << 64) | (8 << 52)), 0);
        ListingId id = ListingId.wrap(keccak256(abi.encode(agent, listing.place.connector)));
        uint64 validUntil = uint64(block.timestamp + 60);
        bytes32 consent = keccak256(abi.encode(SignedTypes.AGENT_CONSENT, id, host, validUntil));
        vm.prank(host);
        market.publishListing(listing, validUntil, _sign(agentKey, consent), "");
        _listings.push(listing);
        _listingIds.push(id);
        _hostKeys.push(hostKey);
        _agentKeys.push(agentKey);
    }

    function _pack48(uint256[5] memory values) private pure returns (uint256 word) {
        for (uint256 i = 0; i < values.length; ++i) word |= values[i] << (48 * i);
    }

    function _placeHash(uint256 listing) internal view returns (bytes32) {
        return keccak256(abi.encode(_listings[listing].place));
    }

    function _termsHash(Booking memory booking) internal pure returns (bytes32) {
        return keccak256(abi.encode(SignedTypes.TERMS, booking.terms));
    }

    function _listingId(Booking memory booking) internal pure returns (bytes32) {
        bytes6 connector = bytes6(bytes32(Session.unwrap(booking.session)));
        return keccak256(abi.encode(booking.terms.agentKey, connector));
    }

    function _bookingId(Booking memory booking) internal view returns (BookingId) {
        bytes32 terms = _termsHash(booking);
        uint256 first = booking.session.firstSlot();
        uint256 count = booking.session.slotCount();
        return
            BookingId.wrap(
                keccak256(
                    abi.encode(block.chainid, market, booking.purse, _listingId(booking), first, count, terms)
                )
            );
    }

    /// @notice The tail of a purse that holds this booking in this state.
    function _tail(Booking memory booking, BookingState memory state) internal view returns (uint192) {
        bytes32 hash = keccak256(
            abi.encode(
                _bookingId(booking),
                booking.session,
                booking.money,
                booking.startHash,
                state.head,
                state.claim
            )
        );
        return uint192((uint256(hash) >> 65) | (1 << 191));
    }

    function _signIntent(
        Booking memory booking,
        IntentLimits limits,
        uint256 driverKey
    ) internal view returns (bytes memory) {
        bytes memory who = abi.encode(
            SignedTypes.INTENT,
            booking.purse.driver(),
            _listingId(booking),
            _termsHash(booking),
            booking.session.firstSlot(),
            booking.session.slotCount(),
            booking.money.cap(),
            booking.purse.index()
        );
        bytes memory how = abi.encode(
            booking.purse.generation(),
            booking.session.sessionKey(),
            booking.startHash,
            booking.money.unsignedCost(),
            booking.money.firstUnsignedCost(),
            limits.relayer(),
            booking.money.relayFee(),
            limits.validUntil()
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(driverKey, _digest(keccak256(bytes.concat(who, how))));
        return abi.encodePacked(r, s, v);
    }

    function _signReading(
        uint256 privateKey,
        BookingId bookingId,
        Reading memory reading
    ) internal view returns (CompactSignature memory) {
        Measure m = reading.measure;
        bytes memory fields = abi.encode(
            m.seq(),
            m.energyWh(),
            m.beganAt(),
            m.endedAt(),
            m.overstaySec(),
            m.isFinal()
        );
        bytes memory hashes = abi.encode(reading.evidenceHash, reading.registersCommitment);
        return
            _sign(
                privateKey,
                keccak256(bytes.concat(abi.encode(SignedTypes.READING, bookingId), fields, hashes))
            );
    }

    function _sign(uint256 privateKey, bytes32 structHash) internal view returns (CompactSignature memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, _digest(structHash));
        return CompactSignature(r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Plugpact"),
                keccak256("1"),
                block.chainid,
                market
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function _packPurse(address driver, uint256 index, uint256 generation) internal pure returns (PurseRef) {
        return PurseRef.wrap(uint256(uint160(driver)) | (index << 160) | (generation << 192));
    }

    function _packSession(
        address key,
        uint256 first,
        uint256 count,
        bytes6 connector
    ) internal pure returns (Session) {
        uint256 low = uint256(uint160(key)) | (first << 160) | (count << 192);
        return Session.wrap(low | uint256(bytes32(connector)));
    }

    function _packMoney(
        uint256 cap,
        uint256 unsigned,
        uint256 first,
        uint256 fee
    ) internal pure returns (Money) {
        return Money.wrap(cap | (unsigned << 64) | (first << 128) | (fee << 192));
    }
}
