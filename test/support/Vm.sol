// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice The test runner's cheatcodes that these tests use.
interface IVm {
    function addr(uint256 privateKey) external pure returns (address);

    function assume(bool condition) external pure;

    function chainId(uint256 newChainId) external;

    function deal(address account, uint256 newBalance) external;

    function expectEmit() external;

    function expectEmit(address emitter) external;

    function expectRevert() external;

    function expectRevert(bytes4 selector) external;

    function expectRevert(bytes calldata revertData) external;

    function getCode(string calldata artifact) external view returns (bytes memory creationCode);

    function getNonce(address account) external view returns (uint64);

    function label(address account, string calldata newLabel) external;

    function load(address target, bytes32 slot) external view returns (bytes32);

    function prank(address sender) external;

    function readFile(string calldata path) external view returns (string memory);

    function roll(uint256 newHeight) external;

    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);

    function signP256(uint256 privateKey, bytes32 digest) external pure returns (bytes32 r, bytes32 s);

    function publicKeyP256(uint256 privateKey) external pure returns (uint256 x, uint256 y);

    function snapshotState() external returns (uint256 snapshotId);

    function revertToState(uint256 snapshotId) external returns (bool);

    function startPrank(address sender) external;

    function stopPrank() external;

    function toString(uint256 value) external pure returns (string memory);

    function warp(uint256 newTimestamp) external;
}

/// @dev The address at which the runner answers cheatcodes: the last 20 bytes of keccak256("hevm cheat code").
IVm constant vm = IVm(address(uint160(uint256(keccak256("hevm cheat code")))));
